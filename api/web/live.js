// The feed as it happens: one EventSource that resumes by itself, and the line in the foot that says how fresh it is.

import { byId } from "./dom.js";

let slot = 0;
const liveText = () => (slot ? `Live, slot ${slot.toLocaleString()}` : "Live");

// handlers: {message(frame), again()}; `again` when what was shown may be wrong (undo, reset, dropped).
export function follow(channels, handlers) {
  let source = null;

  function open() {
    source = new EventSource(`/v1/sse?channels=${channels.join(",")}`);
    source.onopen = () => tell("live", liveText());
    source.onerror = () => {
      tell("stale", "Reconnecting…");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
    };
    source.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      if (frame.slot) {
        slot = frame.slot;
        tell("live", liveText());
      }
      if (frame.type === "undo" || frame.type === "reset" || frame.op === "dropped") handlers.again(frame);
      else if (frame.type) handlers.message(frame);
    };
  }

  open();
  window.addEventListener("pagehide", () => source.close());
  return () => source.close();
}

export function tell(state, text) {
  const node = byId("fresh");
  node.dataset.state = state;
  node.textContent = text;
}

export function tellFreshness(answer) {
  if (answer.stale) tell("stale", `The mirror is behind: this is slot ${answer.as_of_slot.toLocaleString()}`);
  else {
    slot = Math.max(slot, answer.as_of_slot);
    tell("live", liveText());
  }
}
