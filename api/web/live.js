// The feed as it happens: one EventSource that resumes where it stopped, and the line in the foot that says how fresh
// the page is. What the server cannot answer now is asked again until it can.

import { byId } from "./dom.js";

const REOPEN_MS = 2000;
export const AGAIN_MS = 2000;
let slot = 0;
let trouble = "";
let lost = "";
let behind = false;

// handlers: {message(frame), again()}; `again` when what was shown may be wrong (undo, reset, dropped, a page come back).
// `after` is the feed's seq that the page has read up to, so nothing between that read and the stream is lost.
export function follow(channels, after, handlers) {
  let source = null;
  let timer = 0;
  let seen = after;

  function open() {
    clearTimeout(timer);
    source = new EventSource(`/v1/sse?channels=${channels.join(",")}&after=${seen}`);
    source.onopen = () => hold("");
    source.onerror = () => {
      hold("Connection lost, reconnecting…");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_MS);
    };
    source.onmessage = (event) => {
      if (event.lastEventId) seen = event.lastEventId;
      const frame = JSON.parse(event.data);
      if (frame.slot) slot = Math.max(slot, frame.slot);
      show();
      if (frame.type === "undo" || frame.type === "reset" || frame.op === "dropped") handlers.again(frame);
      else if (frame.type) handlers.message(frame);
    };
  }

  function close() {
    clearTimeout(timer);
    source.close();
  }

  // A page that the browser kept and shows again has missed what happened since.
  const back = (event) => {
    if (!event.persisted) return;
    open();
    handlers.again(null);
  };

  open();
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", back);
  return () => {
    window.removeEventListener("pagehide", close);
    window.removeEventListener("pageshow", back);
    close();
  };
}

// The stream's own trouble, apart from that of a read: the one may be over while the other lasts.
function hold(text) {
  lost = text;
  show();
}

function say(text) {
  trouble = text;
  show();
}

function show() {
  const node = byId("fresh");
  const at = slot ? slot.toLocaleString() : "";
  node.dataset.state = lost || trouble || behind ? "stale" : "live";
  const text = lost || trouble || (behind ? `The mirror is behind: this is slot ${at}` : at ? `Live, slot ${at}` : "Live");
  if (node.textContent !== text) node.textContent = text;
}

export function tellFreshness(answer) {
  slot = Math.max(slot, answer.as_of_slot);
  behind = answer.stale;
  show();
}

// Whether the same question may be answered in a moment: nobody there, too many questions, or trouble on their side.
export const passing = (error) => error.status === 0 || error.status === 429 || error.status >= 500;

// Do it until the server is there to do it; what the server refuses is the caller's.
export async function served(work) {
  let waited = false;
  for (;;) {
    try {
      const result = await work();
      if (waited) say("");
      return result;
    } catch (error) {
      if (!passing(error)) throw error;
      waited = true;
      say(`${error.message} Trying again…`);
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

// One reading at a time; asked for while it runs, it runs once more.
export function reader(work) {
  let running = null;
  let wanted = false;
  async function run() {
    while (wanted) {
      wanted = false;
      await served(work);
    }
  }
  return () => {
    wanted = true;
    running ??= run().finally(() => { running = null; });
    return running;
  };
}
