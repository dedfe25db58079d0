// One market: its odds and chart, a stake, the wallet's own position, activity and terms; moved by the feed.

import { chainNow, get, platform } from "./api.js";
import { ago, date, formatUnits, left, percent, short } from "./amounts.js";
import { draw as drawChart } from "./chart.js";
import { byId, fill, h } from "./dom.js";
import { labels, metadata, stateName, unit } from "./labels.js";
import { follow, tell, tellFreshness } from "./live.js";
import * as mine from "./mine.js";
import * as stakeForm from "./stake_form.js";
import { mount as mountWallet, onWallet } from "./wallets.js";
import { sentence } from "./sentence.js";

const name = decodeURIComponent(location.pathname.split("/")[2]);
const page = { market: null, names: [], money: null, meta: {}, points: [] };
let form = null;
let older = null;
let openBefore = null;

async function readMarket() {
  const answer = await get(`/v1/markets/${name}`);
  page.market = answer.data;
  tellFreshness(answer);
}

async function readHistory() {
  const base = `/v1/markets/${page.market.address}`;
  const [odds, activity] = await Promise.all([get(`${base}/odds`), get(`${base}/activity?limit=8`)]);
  page.points = odds.data;
  older = activity.next_cursor;
  fill(byId("activity"), activity.data.map((item) => activityRow(item)));
  byId("older").hidden = !activity.has_more;
}

async function all() {
  await readMarket();
  await readHistory();
  drawAll();
  await mine.draw(byId("mine"), page, all);
}

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
      h("span", { class: "badge", "data-state": market.state }, stateName(market.state)),
      h("span", { id: "clock" }, clock()),
      h("span", {}, `${formatUnits(market.volume, money.decimals, 3)} ${money.name} staked`)),
    meta.description && h("p", { class: "about" }, meta.description));
}

function clock() {
  const { market } = page;
  const now = chainNow();
  if (market.state === "active") {
    return now < market.open ? `opens in ${left(market.open, now)}` : `closes in ${left(market.lock, now)}`;
  }
  return market.state === "locked" ? `closed ${ago(market.lock, now)}` : `closed ${date(market.lock)}`;
}

function drawOdds() {
  const { market, names, money } = page;
  fill(byId("odds"), market.odds.map((price, n) =>
    h("li", { class: `c${n}` }, h("i", { class: "dot" }), h("span", { class: "name" }, names[n], market.winner === n && h("span", { class: "won" }, " won")),
      h("span", { class: "chance", "data-outcome": n }, percent(price)),
      h("span", { class: "pool" }, `${formatUnits(market.supply[n], money.decimals, 3)} ${money.name}`))));
  drawChart(byId("chart"), page.points, names);
}

function drawStake() {
  const open = page.market.state === "active" || page.market.state === "halted";
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
  stakeForm.closed(byId("stake"), page, outcomeText());
}

function outcomeText() {
  const { market, names } = page;
  if (market.winner !== null) return `${names[market.winner]} won. What the losers staked went to the winners, less fees.`;
  const words = {
    locked: "The lock time has passed. The result follows.",
    resolving: "A result is proposed and stands unless it is disputed in time.",
    void: "The market is void: every stake is given back in full.",
    approved: "The market is approved; its creator has yet to open it.",
    closed: "Everything is paid and the market's accounts are closed.",
  };
  return words[market.state] ?? `The market is ${stateName(market.state)}.`;
}

function activityRow(item, fresh = false) {
  const { text, outcome } = sentence(item, page);
  return h("li", { class: fresh ? "fresh-row" : "", "data-seq": item.seq },
    h("span", { class: outcome === null ? "" : `c${outcome}` }, text),
    h("span", { class: "when" }, item.actor && h("span", { class: "mono" }, `${short(item.actor)} `),
      h("a", { href: `/v1/transactions/${item.signature}`, title: date(item.time) }, ago(item.time, chainNow()))));
}

function drawTerms() {
  const { market, money } = page;
  const bps = market.fee_bps.creator + market.fee_bps.resolver + market.fee_bps.protocol;
  const decided = market.source_kind === "price"
    ? `by the price feed, ${market.op === "updown" ? "up or down from the price at opening" : `price ${market.op} strike`}`
    : `by a proposed result that stands ${market.dispute_s} s without dispute`;
  const rows = [
    ["Opens", date(market.open)], ["Closes", date(market.lock)], ["Decided from", date(market.event)], ["Decided", decided],
    market.strike && ["Strike", formatUnits(market.strike.price, Math.max(0, -market.strike.expo), 8)],
    page.meta.resolution_criteria && ["Criteria", page.meta.resolution_criteria],
    ["Fee", `${bps / 100}% of the losers' stakes, none when void`],
    ["Stakes", `${formatUnits(market.min_stake, money.decimals)} to ${formatUnits(market.max_stake, money.decimals)} ${money.name}`],
    ["Refunded if undecided", date(market.void_after)],
    ["Market", h("span", { class: "mono" }, market.address)], ["Creator", h("span", { class: "mono" }, market.creator)],
    ["Collateral", h("span", { class: "mono" }, market.mint)],
  ];
  fill(byId("terms"), h("h2", { id: "terms-title" }, "Terms"),
    h("dl", {}, rows.filter(Boolean).map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])));
}

function message(frame) {
  if (frame.type === "odds") {
    Object.assign(page.market, { odds: frame.data.odds, supply: frame.data.supply });
    page.points.push({ time: chainNow(), odds: frame.data.odds });
    drawOdds();
    form?.moved();
  } else if (frame.type === "volume") {
    page.market.volume = frame.data.total;
    drawHead();
  } else if (frame.type === "trade") {
    const item = { ...frame.data, kind: "Staked", seq: frame.seq, time: chainNow(), items: [] };
    byId("activity").prepend(activityRow(item, true));
    mine.traded(frame.data.actor);
  } else {
    all();
  }
}

async function start() {
  await platform();
  await readMarket();
  [page.meta, page.money] = await Promise.all([metadata(page.market), unit(page.market.mint)]);
  page.names = labels(page.market, page.meta);
  await readHistory();
  drawAll();
  onWallet(() => {
    form?.wallet();
    mine.draw(byId("mine"), page, all);
  });
  await mountWallet(byId("wallet"));
  follow([`market:${page.market.address}`], { message, again: () => all() });
}

byId("older").addEventListener("click", async () => {
  const next = await get(`/v1/markets/${page.market.address}/activity?limit=20&cursor=${older}`);
  byId("activity").append(...next.data.map((item) => activityRow(item)));
  older = next.next_cursor;
  byId("older").hidden = !next.has_more;
});
let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => page.market && drawChart(byId("chart"), page.points, page.names), 120);
});
setInterval(() => byId("clock") && (byId("clock").textContent = clock()), 1000);
setInterval(() => platform().catch(() => tell("stale", "The server cannot be reached")), 16_000);

start().catch((error) => {
  fill(byId("head"), h("h1", {}, error.status === 404 ? "There is no such market" : "This market cannot be shown"),
    h("p", { class: "soft" }, error.message));
  for (const panel of document.querySelectorAll(".panel")) panel.hidden = true;
});
