// The list of markets: filtered, paged, and moved by the feed.

import { get, platform, chainNow } from "./api.js";
import { byId, fill, h, wide } from "./dom.js";
import { formatUnits, left, percent, share } from "./amounts.js";
import { labels, metadata, stateName, unit } from "./labels.js";
import { follow, tellFreshness } from "./live.js";
import { mount } from "./wallets.js";

const SHOW = {
  open: "active,halted,approved,proposed",
  waiting: "locked,resolving,disputed,contested",
  settled: "finalized,void,closed,rejected",
  all: null,
};
const LIVE_MAX = 20;
const rows = new Map();
let cursor = null;
let stop = () => {};
let asked = 0;

function query(after) {
  const form = new FormData(byId("filters"));
  const values = new URLSearchParams({ sort: form.get("sort"), limit: "20" });
  if (SHOW[form.get("show")]) values.set("status", SHOW[form.get("show")]);
  if (form.get("q").trim()) values.set("q", form.get("q").trim());
  if (after) values.set("cursor", after);
  return `/v1/markets?${values}`;
}

async function load(more = false) {
  const turn = ++asked;
  const list = byId("markets");
  list.setAttribute("aria-busy", "true");
  try {
    const page = await get(query(more ? cursor : null));
    const made = await Promise.all(page.data.map(row));
    if (turn !== asked) return;
    if (!more) rows.clear();
    page.data.forEach((market, n) => rows.set(market.address, { market, node: made[n] }));
    fill(list, [...rows.values()].map(({ node }) => node));
    cursor = page.next_cursor;
    byId("more").hidden = !page.has_more;
    byId("empty").hidden = rows.size > 0;
    byId("empty").textContent = "No market fits. Try another filter.";
    tellFreshness(page);
    listen();
  } catch (error) {
    byId("empty").hidden = false;
    byId("empty").textContent = error.message;
  } finally {
    list.setAttribute("aria-busy", "false");
  }
}

async function row(market) {
  const [meta, money] = await Promise.all([metadata(market), unit(market.mint)]);
  const names = labels(market, meta);
  const node = h("li", { class: "market-row", "data-market": market.address });
  draw(node, market, names, money);
  node.redraw = (next) => draw(node, next, names, money);
  return node;
}

function draw(node, market, names, money) {
  const best = market.winner ?? market.odds.indexOf([...market.odds].sort().at(-1));
  const bar = h("div", { class: "bar", "aria-hidden": "true" },
    market.odds.map((price, n) => wide(h("span", { class: `fill c${n}` }), share(price))));
  const source = market.source_kind === "price" ? "price feed" : "proposed result";
  fill(node,
    h("div", {},
      h("h2", {}, h("a", { href: `/m/${market.address}` }, market.question)),
      h("p", { class: "meta" }, h("span", { class: "badge", "data-state": market.state }, stateName(market.state)),
        h("span", { "data-lock": market.lock }, when(market)), h("span", {}, source))),
    h("div", { class: `call c${best}` },
      h("p", {}, h("span", { class: "name" }, market.winner === null ? names[best] : `${names[best]} won`),
        h("span", { class: "chance" }, percent(market.odds[best]))), bar),
    h("div", { class: "pool" }, h("b", {}, formatUnits(market.volume, money.decimals, 2)), h("span", {}, `${money.name} staked`)));
}

function when(market) {
  if (market.state !== "active") return null;
  const now = chainNow();
  return now < market.open ? `opens in ${left(market.open, now)}` : `closes in ${left(market.lock, now)}`;
}

// A row's odds change where they stand; anything else about the list is read again.
function listen() {
  stop();
  const watched = [...rows.keys()].slice(0, LIVE_MAX).map((address) => `market:${address}`);
  stop = follow(["platform", ...watched], { message, again: () => load() });
}

function message(frame) {
  const known = rows.get(frame.channel.slice("market:".length));
  if (frame.type === "new_market") load();
  if (!known) return;
  if (frame.type === "odds") update(known, { odds: frame.data.odds, supply: frame.data.supply }, true);
  if (frame.type === "volume") update(known, { volume: frame.data.total }, false);
  if (frame.type === "state") load();
}

function update(known, change, moved) {
  Object.assign(known.market, change);
  known.node.redraw(known.market);
  if (!moved) return;
  known.node.classList.remove("moved");
  requestAnimationFrame(() => known.node.classList.add("moved"));
}

let typing = 0;
byId("filters").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => load(), event.target.id === "q" ? 250 : 0);
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => load(true));
setInterval(() => {
  for (const { market, node } of rows.values()) node.querySelector("[data-lock]").textContent = when(market) ?? "";
}, 1000);

await platform();
await Promise.all([mount(byId("wallet")), load()]);
