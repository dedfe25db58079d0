// The connected wallet's own position in the market: what it holds, what that would pay, and the claim once decided.

import { get } from "./api.js";
import { formatUnits } from "./amounts.js";
import { held as amountOf, isPool } from "./engines.js";
import { fill, h } from "./dom.js";
import { run } from "./send.js";
import { connected, refreshBalance } from "./wallets.js";

const REREAD_MS = 400;
let redraw = () => {};

// Read again soon after a trade of this wallet was seen in the feed.
export function traded(actor) {
  if (actor === connected()?.address) setTimeout(() => redraw(), REREAD_MS);
}

export async function draw(node, page, onDone) {
  redraw = () => draw(node, page, onDone);
  const wallet = connected();
  if (!wallet) {
    node.hidden = true;
    return;
  }
  const held = await position(wallet.address, page.market.address);
  if (wallet !== connected()) return;
  node.hidden = held === undefined;
  if (held) show(node, held, page, onDone);
}

// The wallet's position in one market, or undefined; a wallet may hold more of them than one answer carries.
async function position(wallet, market) {
  for (let cursor = ""; cursor !== null;) {
    const answer = await get(`/v1/users/${wallet}/positions?limit=100${cursor && `&cursor=${cursor}`}`);
    const held = answer.data.find((one) => one.market === market);
    if (held) return held;
    cursor = answer.next_cursor;
  }
  return undefined;
}

function show(node, held, page, onDone) {
  const { decimals, name } = page.money;
  const money = (amount) => `${formatUnits(amount, decimals)} ${name}`;
  const rows = held.shares.map((shares, n) => shares !== "0" &&
    [h("dt", { class: `c${n}` }, h("i", { class: "dot" }), page.names[n]), h("dd", {}, amountOf(page.market, shares, page.money))]);
  const say = h("p", { class: "say", role: "status" });
  fill(node, h("h2", { id: "mine-title" }, "Your position"),
    h("dl", { class: "holding" }, rows, h("dt", { class: "soft" }, isPool(page.market) ? "Staked" : "Paid in"), h("dd", {}, money(held.staked)),
      held.state === "closed" && [h("dt", { class: "soft" }, "Paid out"), h("dd", {}, money(held.payout))]),
    held.state === "open" && held.claimable !== "0" &&
      h("button", { class: "solid", type: "button", id: "claim", onclick: (event) => claim(held, event.target, say, onDone) }, `Claim ${money(held.claimable)}`),
    say);
}

async function claim(held, button, say, onDone) {
  button.disabled = true;
  say.dataset.kind = "";
  try {
    await run("claim", { wallet: held.owner, market: held.market }, "relay", (step, text) => {
      say.textContent = text;
    });
    refreshBalance();
    await onDone();
  } catch (error) {
    say.dataset.kind = "error";
    say.textContent = error.message;
    button.disabled = false;
  }
}
