// What the outcomes of a market are called, and in which units its collateral is counted.

import { get, platform, rpc } from "./api.js";
import { isSol } from "./amounts.js";
import { fromBase64 } from "./transaction.js";

const decimals = new Map();
const NONE = "0".repeat(64);
const DECIMALS_AT = 44;

export async function metadata(market) {
  if (market.metadata_sha256 === NONE) return {};
  try {
    return await get(`/v1/metadata/${market.metadata_sha256}`);
  } catch (error) {
    console.info("no metadata here", error.code);
    return {};
  }
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

const STATES = {
  proposed: "proposed", approved: "approved", active: "open", halted: "halted", locked: "closed, awaiting result",
  resolving: "result proposed", disputed: "disputed", contested: "contested", finalized: "settled", void: "void, refunded",
  rejected: "rejected", closed: "settled and closed",
};

export const stateName = (state) => STATES[state] ?? state;
