// The list of markets: filtered, paged, and moved by the feed. What it shows is in its address, so going back finds it.

import { get, platform, readPlatform, chainNow } from "./api.js";
import { byId, fill, h, wide } from "./dom.js";
import { formatUnits, left, share } from "./amounts.js";
import { hasOdds, isPool, moved } from "./engines.js";
import { chance, decided, labels, metadata, standing, unit } from "./labels.js";
import { follow, reader, served, tellFreshness } from "./live.js";
import { mount } from "./wallets.js";

const SHOW = {
  open: "active,halted,approved,proposed",
  waiting: "locked,resolving,disputed,contested",
  settled: "finalized,void,closed,rejected",
  all: null,
};
const EMPTY = {
  open: "No market is open now.", waiting: "No market waits for its result.", settled: "No market is settled yet.",
  all: "There is no market yet.",
};
const LIVE_MAX = 20;
const FOLLOW_MS = 700;
const FRESH_MS = 16_000;
const rows = new Map();
let cursor = null;
let followed = "";
let stop = () => {};
let asked = 0;

const form = byId("filters");
const chosen = () => ({ show: form.elements.show.value, sort: form.elements.sort.value, q: form.elements.q.value.trim() });

function query(after) {
  const { show, sort, q } = chosen();
  const values = new URLSearchParams({ sort, limit: "20" });
  if (SHOW[show]) values.set("status", SHOW[show]);
  if (q) values.set("q", q);
  if (after) values.set("cursor", after);
  return `/v1/markets?${values}`;
}

// The filters as the address has them; an unknown value is left as it was.
function fromAddress() {
  const values = new URLSearchParams(location.search);
  if (values.get("show") in SHOW) form.elements.show.value = values.get("show");
  const sorts = [...form.elements.sort.options].map((option) => option.value);
  if (sorts.includes(values.get("sort"))) form.elements.sort.value = values.get("sort");
  form.elements.q.value = values.get("q") ?? "";
}

function toAddress() {
  const { show, sort, q } = chosen();
  const values = new URLSearchParams();
  if (show !== "open") values.set("show", show);
  if (sort !== "created") values.set("sort", sort);
  if (q) values.set("q", q);
  history.replaceState(null, "", values.size ? `/?${values}` : "/");
}

async function load(more = false) {
  const turn = ++asked;
  const list = byId("markets");
  list.setAttribute("aria-busy", "true");
  const page = await get(query(more ? cursor : null));
  const made = await Promise.all(page.data.map(row));
  if (turn !== asked) return;
  if (!more) rows.clear();
  page.data.forEach((market, n) => rows.set(market.address, { market, node: made[n] }));
  fill(list, [...rows.values()].map(({ node }) => node));
  list.setAttribute("aria-busy", "false");
  cursor = page.next_cursor;
  byId("more").hidden = !page.has_more;
  drawEmpty();
  tellFreshness(page);
  listen(page.feed_seq);
}

function drawEmpty() {
  const { show, q } = chosen();
  byId("empty").hidden = rows.size > 0;
  if (rows.size > 0) return;
  const all = h("button", { class: "quiet", type: "button", onclick: showAll }, "Show all markets");
  fill(byId("empty"), h("span", {}, q ? `No question here contains “${q}”.` : EMPTY[show]), (q || show !== "all") && all);
}

function showAll() {
  form.elements.q.value = "";
  form.elements.show.value = "all";
  toAddress();
  reload();
}

async function row(market) {
  const [meta, money] = await Promise.all([metadata(market), unit(market.mint)]);
  const names = labels(market, meta);
  const node = h("li", { class: "market-row", "data-market": market.address });
  node.redraw = (next) => draw(node, next, names, money);
  node.redraw(market);
  return node;
}

function draw(node, market, names, money) {
  const { key, word } = standing(market);
  const clock = when(market);
  const how = market.source_kind === "price" ? "decided by a price feed" : "decided by a proposed result";
  fill(node,
    h("div", { class: "what" },
      h("h2", {}, h("a", { href: `/m/${market.address}` }, market.question)),
      h("p", { class: "meta" }, h("span", { class: "badge", "data-state": key }, word),
        clock && h("span", { class: "clock" }, clock), h("span", {}, how))),
    call(market, names),
    h("div", { class: "pool" }, h("b", {}, formatUnits(market.volume, money.decimals, 2)), h("span", {}, `${money.name} ${moved(market)}`)));
}

// What the market says: the outcome that leads, the one that won, or that there is none.
function call(market, names) {
  const best = market.winner ?? market.odds.indexOf([...market.odds].sort().at(-1));
  const over = decided(market);
  const nobody = over ? market.winner === null : !hasOdds(market);
  const idle = isPool(market) ? "No stakes" : "No trades";
  const none = market.volume === "0" ? idle : isPool(market) ? "Stakes given back" : "Void";
  const words = nobody ? (over ? none : `${idle} yet`) : over ? `${names[best]} won` : names[best];
  const parts = nobody ? [] : market.odds.map((price, n) => wide(h("span", { class: `fill c${n}` }), over ? 100 * (n === best) : share(price)));
  return h("div", { class: nobody ? "call" : `call c${best}` },
    h("p", {}, h("span", { class: "name" }, words), !over && !nobody && h("span", { class: "chance" }, chance(market, best))),
    h("div", { class: "bar", "aria-hidden": "true" }, over && !nobody ? parts[best] : parts));
}

function when(market) {
  if (market.state !== "active") return null;
  const now = chainNow();
  if (now >= market.lock) return "closing";
  return now < market.open ? `opens in ${left(market.open, now)}` : `closes in ${left(market.lock, now)}`;
}

// A row's odds change where they stand; anything else about the list is read again. A new stream is opened only for
// other rows, and not while somebody still types.
let opening = 0;
function listen(seq) {
  const channels = ["platform", ...[...rows.keys()].slice(0, LIVE_MAX).map((address) => `market:${address}`)];
  clearTimeout(opening);
  if (channels.join() === followed) return;
  opening = setTimeout(() => {
    stop();
    followed = channels.join();
    stop = follow(channels, seq, { message, again: reload });
  }, followed ? FOLLOW_MS : 0);
}

function message(frame) {
  const known = rows.get(frame.channel.slice("market:".length));
  if (frame.type === "new_market") reload();
  if (!known) return;
  if (frame.type === "odds") update(known, { odds: frame.data.odds, supply: frame.data.supply }, true);
  if (frame.type === "volume") update(known, { volume: frame.data.total }, false);
  if (frame.type === "state") reload();
}

function update(known, change, marked) {
  Object.assign(known.market, change);
  known.node.redraw(known.market);
  if (!marked) return;
  known.node.classList.remove("moved");
  requestAnimationFrame(() => known.node.classList.add("moved"));
}

const reread = reader(() => load());
const beat = reader(async () => tellFreshness(await readPlatform()));

function reload() {
  return reread().catch((error) => {
    byId("empty").hidden = false;
    fill(byId("empty"), error.message);
  });
}

let typing = 0;
form.addEventListener("input", (event) => {
  clearTimeout(typing);
  toAddress();
  typing = setTimeout(reload, event.target.id === "q" ? 250 : 0);
});
form.addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => served(() => load(true)));
setInterval(() => {
  for (const { market, node } of rows.values()) {
    const clock = node.querySelector(".clock");
    if (clock) clock.textContent = when(market);
  }
}, 1000);
setInterval(beat, FRESH_MS);

fromAddress();
await served(platform);
await Promise.all([mount(byId("wallet")), reload()]);
