// What the outcomes of a market are called, and in which units its collateral is counted.

import { get, platform, rpc } from "./api.js";
import { isSol, percent } from "./amounts.js";
import { hasOdds, isPool } from "./engines.js";
import { fromBase64 } from "./transaction.js";

const decimals = new Map();
const texts = new Map();
const NONE = "0".repeat(64);
const DECIMALS_AT = 44;

// Content named by its hash: once read it is true for ever; what could not be read is asked for again.
export async function metadata(market) {
  const hash = market.metadata_sha256;
  if (hash === NONE) return {};
  if (!texts.has(hash)) {
    try {
      texts.set(hash, await get(`/v1/metadata/${hash}`));
    } catch (error) {
      console.info("no metadata here", error.code);
      return {};
    }
  }
  return texts.get(hash);
}

export function labels(market, meta = {}) {
  const names = meta.outcome_labels ?? [];
  const plain = market.n === 2 ? (market.op === "updown" ? ["Up", "Down"] : ["Yes", "No"]) : [];
  return Array.from({ length: market.n }, (_, n) => names[n] ?? plain[n] ?? `Outcome ${n + 1}`);
}

// {decimals, name}: SOL has nine; another mint's account on the chain says how many it has.
export async function unit(mint) {
  if (isSol(mint)) return { decimals: 9, name: "SOL" };
  if (!decimals.has(mint)) decimals.set(mint, await readDecimals(mint));
  const known = decimals.get(mint);
  return known === null ? { decimals: 0, name: "base units" } : { decimals: known, name: `${mint.slice(0, 4)}…` };
}

async function readDecimals(mint) {
  try {
    const { rpc_url: url } = await platform();
    const answer = await rpc(url, "getAccountInfo", [mint, { encoding: "base64" }]);
    return fromBase64(answer.value.data[0])[DECIMALS_AT];
  } catch (error) {
    console.info("the mint cannot be read", error);
    return null;
  }
}

const DECIDED = new Set(["finalized", "void", "closed", "rejected"]);

// Decided markets keep paying out, so what lies in them no longer says what people thought.
export const decided = (market) => DECIDED.has(market.state);

// What the outcome stands at; a market in which nothing happened has no odds yet.
export const chance = (market, n) => (hasOdds(market) ? percent(market.odds[n]) : "–");

const STATES = {
  proposed: "proposed", approved: "approved", active: "open", halted: "halted", locked: "closed, awaiting result",
  resolving: "result proposed", disputed: "disputed", contested: "contested", finalized: "settled", void: "void",
  rejected: "rejected", closed: "closed",
};

export const stateName = (state) => STATES[state] ?? state;

// {key, word}: how a market's badge looks and reads; a closed one says how it ended.
export function standing(market) {
  if (market.state !== "closed") return { key: market.state, word: stateName(market.state) };
  if (market.winner !== null) return { key: "finalized", word: "settled" };
  return market.volume === "0" ? { key: "closed", word: "closed" } : { key: "void", word: isPool(market) ? "void, refunded" : "void" };
}
