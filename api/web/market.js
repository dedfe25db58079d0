// One market: its odds and chart, a stake, the wallet's own position, activity and terms; moved by the feed.

import { chainNow, get, platform, readPlatform } from "./api.js";
import { ago, date, formatUnits, left, percent, short, span } from "./amounts.js";
import { draw as drawChart } from "./chart.js";
import { byId, fill, h } from "./dom.js";
import { held, isPool, moved, paying, terms, trading } from "./engines.js";
import { chance, decided, labels, metadata, standing, stateName, unit } from "./labels.js";
import { follow, reader, served, tellFreshness } from "./live.js";
import * as mine from "./mine.js";
import * as stakeForm from "./stake_form.js";
import { mount as mountWallet, onWallet } from "./wallets.js";
import { sentence, worthTelling } from "./sentence.js";

const name = decodeURIComponent(location.pathname.split("/")[2]);
const page = { market: null, names: [], money: null, meta: {}, points: [] };
let form = null;
let older = null;
let openBefore = null;
const OPS = { gte: "at or above", gt: "above", lte: "at or below", lt: "below" };
const FRESH_MS = 16_000;

async function readMarket() {
  const answer = await get(`/v1/markets/${name}`);
  page.market = answer.data;
  page.seq = answer.feed_seq;
  tellFreshness(answer);
}

async function readHistory() {
  const base = `/v1/markets/${page.market.address}`;
  const [odds, activity] = await Promise.all([get(`${base}/odds`), get(`${base}/activity?limit=8`)]);
  page.points = odds.data;
  page.book = page.market.engine === "book" ? (await get(`${base}/book`)).data : null;
  older = activity.next_cursor;
  fill(byId("activity"), activity.data.filter(worthTelling).map((item) => activityRow(item)));
  byId("older").hidden = !activity.has_more;
}

async function readAll() {
  await readMarket();
  await readHistory();
  drawAll();
  await mine.draw(byId("mine"), page, all);
}

const reread = reader(readAll);
const all = () => reread().catch(refused);

function drawAll() {
  drawHead();
  drawOdds();
  drawTerms();
  drawStake();
}

function drawHead() {
  const { market, money, meta } = page;
  document.title = `${market.question} · Sealbook`;
  fill(byId("head"), h("h1", {}, market.question),
    h("p", { class: "meta" },
      h("span", { class: "badge", "data-state": standing(market).key }, standing(market).word),
      h("span", { id: "clock" }, clock()),
      h("span", {}, `${formatUnits(market.volume, money.decimals, 3)} ${money.name} ${moved(market)}`)),
    meta.description && h("p", { class: "about" }, meta.description));
}

function clock() {
  const { market } = page;
  const now = chainNow();
  if (market.state === "active") {
    if (now >= market.lock) return "closing";
    return now < market.open ? `opens in ${left(market.open, now)}` : `closes in ${left(market.lock, now)}`;
  }
  return market.state === "locked" ? `closed ${ago(market.lock, now)}` : `closed ${date(market.lock)}`;
}

// A decided market shows what stood when trading ended: paying out has emptied it since.
function drawOdds() {
  const { market, names, money } = page;
  const then = decided(market) ? page.points.at(-1) : null;
  const shown = then ? { ...market, ...then } : market;
  const known = isPool(market) || !decided(market); // how many shares there were when trading ended is not told
  fill(byId("odds"), names.map((name, n) =>
    h("li", { class: `c${n}` }, h("i", { class: "dot" }), h("span", { class: "name" }, name, market.winner === n && h("span", { class: "won" }, " won")),
      h("span", { class: "chance", "data-outcome": n }, chance(shown, n)),
      known && shown.supply.length > n && h("span", { class: "pool" }, held(market, shown.supply[n], money)))));
  redrawChart();
}

function redrawChart() {
  const none = isPool(page.market) ? "Nothing staked yet" : page.market.volume === "0" ? "Nothing traded yet" : "";
  byId("chart").hidden = page.points.length === 0 && none === "";
  drawChart(byId("chart"), page.points, page.names, Math.min(chainNow(), page.market.lock), none);
}

function drawStake() {
  const open = page.market.state === "active" || page.market.state === "halted";
  if (open && !isPool(page.market)) {
    openBefore = open;
    trading(byId("stake"), page.market, page.names, page.book);
    return;
  }
  if (open === openBefore) {
    form?.moved();
    return;
  }
  openBefore = open;
  if (open) {
    form = stakeForm.mount(byId("stake"), page, () => all());
    return;
  }
  form = null;
  stakeForm.closed(byId("stake"), isPool(page.market) ? "Staking" : "Trading", outcomeText());
}

function outcomeText() {
  const { market, names } = page;
  if (market.winner !== null || market.state === "void") return paying(market, names);
  const words = {
    locked: "The lock time has passed. The result follows.",
    resolving: "A result is proposed and stands unless it is disputed in time.",
    proposed: "The market is proposed; votes decide whether it may open.",
    approved: "The market is approved; its creator has yet to open it.",
    disputed: "The proposed result is disputed; votes decide.",
    contested: "The votes decided nothing; the council does, or the proposal's source.",
    closed: market.volume === "0" ? `Nothing was ${moved(market)}, and the market is closed.` : paying(market, names),
  };
  return words[market.state] ?? `The market is ${stateName(market.state)}.`;
}

function activityRow(item, fresh = false) {
  const { text, outcome } = sentence(item, page);
  return h("li", { class: fresh ? "fresh-row" : "", "data-key": item.kind === "Staked" && keyOf(item) },
    h("span", { class: outcome === null ? "" : `c${outcome}` }, text),
    h("span", { class: "when" }, item.actor && h("span", { class: "mono" }, `${short(item.actor)} `),
      h("a", { href: `/v1/transactions/${item.signature}`, title: date(item.time) }, ago(item.time, chainNow()))));
}

// The feed and the list number a stake differently; what it is tells that they mean the same.
const keyOf = (item) => `${item.signature} ${item.outcome} ${item.amount}`;

function drawTerms() {
  const { market, money } = page;
  const how = market.source_kind === "price"
    ? `by the price feed, ${market.op === "updown" ? "up or down from the price at opening" : `price ${OPS[market.op]} the strike`}`
    : `by a proposed result that stands ${span(market.dispute_s)} without dispute`;
  const rows = [
    ["Opens", date(market.open)], ["Closes", date(market.lock)], ["Decided from", date(market.event)], ["Decided", how],
    market.strike && ["Strike", formatUnits(market.strike.price, Math.max(0, -market.strike.expo), 8)],
    page.meta.resolution_criteria && ["Criteria", page.meta.resolution_criteria],
    ...terms(market, money),
    [isPool(market) ? "Refunded if undecided" : "Void if undecided", date(market.void_after)],
    ["Market", h("span", { class: "mono" }, market.address)], ["Creator", h("span", { class: "mono" }, market.creator)],
    ["Collateral", h("span", { class: "mono" }, market.mint)],
  ];
  fill(byId("terms"), h("h2", { id: "terms-title" }, "Terms"),
    h("dl", {}, rows.filter(Boolean).map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])));
}

function message(frame) {
  if (frame.type === "odds") {
    Object.assign(page.market, { odds: frame.data.odds, supply: frame.data.supply });
    page.points.push({ time: chainNow(), odds: frame.data.odds, supply: frame.data.supply });
    drawOdds();
    form?.moved();
  } else if (frame.type === "volume") {
    page.market.volume = frame.data.total;
    drawHead();
  } else if (frame.type === "trade" && isPool(page.market)) {
    const item = { ...frame.data, kind: "Staked", time: chainNow(), items: [] };
    if (![...byId("activity").children].some((row) => row.dataset.key === keyOf(item))) byId("activity").prepend(activityRow(item, true));
    mine.traded(frame.data.actor);
  } else {
    all();
  }
}

async function load() {
  await platform();
  await readMarket();
  [page.meta, page.money] = await Promise.all([metadata(page.market), unit(page.market.mint)]);
  page.names = labels(page.market, page.meta);
  await readHistory();
}

async function start() {
  await served(load);
  for (const panel of document.querySelectorAll(".panel:not(#mine)")) panel.hidden = false;
  drawAll();
  onWallet(() => {
    form?.wallet();
    served(() => mine.draw(byId("mine"), page, all));
  });
  follow([`market:${page.market.address}`], page.seq, { message, again: all });
  await mountWallet(byId("wallet"));
}

async function more() {
  const next = await get(`/v1/markets/${page.market.address}/activity?limit=20&cursor=${older}`);
  byId("activity").append(...next.data.filter(worthTelling).map((item) => activityRow(item)));
  older = next.next_cursor;
  byId("older").hidden = !next.has_more;
}

function refused(error) {
  document.title = "Sealbook";
  fill(byId("head"), h("h1", {}, error.status === 404 ? "There is no such market" : "This market cannot be shown"),
    h("p", { class: "about soft" }, error.message, " ", h("a", { href: "/" }, "See all markets")));
  for (const panel of document.querySelectorAll(".panel")) panel.hidden = true;
}

let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => page.money && redrawChart(), 120);
});
const beat = reader(async () => {
  tellFreshness(await readPlatform());
  if (page.money) redrawChart();
});
const readMore = reader(more);
byId("older").addEventListener("click", readMore);
setInterval(() => byId("clock") && (byId("clock").textContent = clock()), 1000);
setInterval(beat, FRESH_MS);
start().catch(refused);
