// What the markets of each engine call things: a pool takes stakes; a market maker and an order book trade shares.

import { fill, h } from "./dom.js";
import { formatUnits } from "./amounts.js";

export const isPool = (market) => market.engine === "parimutuel";

const staked = (market) => market.supply.some((amount) => amount !== "0");

// Whether the odds say anything: a pool without a stake has none, nor a book without an order or a trade.
export function hasOdds(market) {
  if (market.engine === "lmsr") return true;
  return isPool(market) ? staked(market) : market.volume !== "0" || market.escrow !== "0";
}

export const moved = (market) => (isPool(market) ? "staked" : "traded");

// How much of an outcome there is: stakes in the market's money, or shares that each pay one unit of it.
export const held = (market, amount, money) =>
  (isPool(market) ? `${formatUnits(amount, money.decimals, 3)} ${money.name}` : `${formatUnits(amount, money.decimals, 3)} shares`);

export function terms(market, money) {
  const { creator, resolver, protocol } = market.fee_bps;
  const fee = `${(creator + resolver + protocol) / 100}%`;
  const bounds = `${formatUnits(market.min_stake, money.decimals)} to ${formatUnits(market.max_stake, money.decimals)} ${money.name}`;
  if (isPool(market)) return [["Fee", `${fee} of the losers' stakes, none when void`], ["Stakes", bounds]];
  return [
    ["Traded", market.engine === "lmsr" ? "with a market maker" : "on an order book"],
    ["Fee", `${fee} of what a trade puts at risk, or of what it could win if that is less`],
    ["Trades", bounds],
    market.engine === "lmsr" && ["Subsidy", `${formatUnits(market.subsidy, money.decimals, 3)} ${money.name}`],
    market.engine === "book" && ["One lot", `${formatUnits((100n * BigInt(market.lot_k)).toString(), money.decimals)} shares`],
  ];
}

// How a decided market pays, said of the outcome that won, or of none.
export function paying(market, names) {
  if (market.winner !== null) {
    return isPool(market)
      ? `${names[market.winner]} won. What the losers staked went to the winners, less fees.`
      : `${names[market.winner]} won. Each of its shares pays one unit of the market's money, every other share nothing.`;
  }
  return isPool(market) ? "The market is void: every stake is given back in full."
    : `The market is void: each share of any outcome pays 1/${market.n} of a unit.`;
}

// What stands in the stake form's place on a market that takes no stakes but trades shares.
export function trading(node, market, names, book) {
  const how = market.engine === "lmsr"
    ? "Shares are bought from and sold to a market maker at the prices shown. Each pays one unit if its outcome wins."
    : "Shares are traded on an order book. Each pays one unit if its outcome wins.";
  fill(node, h("h2", { id: "stake-title" }, "Shares"), h("p", { class: "soft" }, how),
    book && depth(book, names),
    h("p", { class: "soft" }, "This page shows the market; its trades are built by the ",
      h("a", { href: "/v1/openapi.json" }, "API"), " for any wallet to sign."));
}

function depth(book, names) {
  const row = (side, level) => h("li", { class: side === "ask" ? "c1" : "c0" },
    h("span", {}, side === "ask" ? "sell" : "buy"), h("b", {}, `${level.tick} %`), h("span", {}, `${level.lots} lots`));
  const rows = [...book.asks.slice(0, 5).reverse().map((level) => row("ask", level)), ...book.bids.slice(0, 5).map((level) => row("bid", level))];
  return rows.length === 0 ? h("p", {}, "No order rests in the book.")
    : [h("p", {}, `Orders that rest, as prices of ${names[0]}:`), h("ul", { class: "depth", id: "depth" }, rows)];
}
