// From an unsigned transaction to a landed one: build, sign, hand over, follow. `say(step, text)` tells the page.

import { Problem, get, platform, post, rpc } from "./api.js";
import { served } from "./live.js";
import { firstSignature, fromBase64, toBase64 } from "./transaction.js";
import { sign } from "./wallets.js";

export const STEPS = ["built", "signed", "sent", "landed", "final"];
// Quick at first, then patient: a stake is final in seconds on one machine, in about fifteen on a public cluster.
const POLL_MS = [400, 400, 400, 400, 600, 800, 1000, 1500, 2000];
const GIVE_UP_MS = 180_000;
const LANDED = new Set(["EFFECTIVE"]);
const OVER = new Set(["SETTLED", "REJECTED", "RETURNED", "SUPERSEDED", "FAILED_FINAL", "NEEDS_REVIEW"]);

// kind: stake, claim, ...; way: "relay" lets the relayer send it, "self" posts it to the chain's RPC from here.
export async function run(kind, body, way, say) {
  say(0, "Building the transaction");
  const built = await post(`/v1/transactions/${kind}`, body);
  if (built.error) throw new Problem({ status: 422, code: built.error.name, detail: built.error.message });
  say(1, "Waiting for your wallet to sign");
  const signed = await sign(fromBase64(built.transaction));
  const follow = way === "relay" ? await relay(signed, built) : await direct(signed);
  say(2, "Sent; waiting for it to land");
  await follow(say);
}

async function relay(signed, built) {
  const body = { transaction: toBase64(signed) };
  // The key makes a second try harmless: the same bytes are the same intent.
  const intent = await served(() => post("/v1/relay", body, { "idempotency-key": built.message_hash }));
  return (say) => settle(say, async () => {
    const { data } = await get(`/v1/intents/${intent.id}`);
    if (OVER.has(data.state) && data.state !== "SETTLED") {
      throw new Problem({ status: 422, code: data.state, detail: data.reason ?? `The relayer ended it as ${data.state}.` });
    }
    return { landed: LANDED.has(data.state), final: data.state === "SETTLED" };
  });
}

async function direct(signed) {
  const { rpc_url: url } = await platform();
  const options = { encoding: "base64", skipPreflight: false, preflightCommitment: "confirmed" };
  await rpc(url, "sendTransaction", [toBase64(signed), options]);
  const signature = firstSignature(signed);
  return (say) => settle(say, async () => {
    try {
      const { data } = await get(`/v1/transactions/${signature}`);
      if (data.err) throw new Problem({ status: 422, code: "failed", detail: `The chain refused it: ${data.err}` });
      return { landed: true, final: data.final };
    } catch (error) {
      if (error.code !== "unknown_transaction") throw error;
      return { landed: false, final: false };
    }
  });
}

async function settle(say, look) {
  let told = false;
  const deadline = Date.now() + GIVE_UP_MS;
  for (let polls = 0; Date.now() < deadline; polls++) {
    const { landed, final } = await served(look);
    if (landed && !told) say(3, "Landed; waiting until nothing can undo it");
    told ||= landed;
    if (final) {
      say(4, "Final");
      return;
    }
    await new Promise((done) => setTimeout(done, POLL_MS[Math.min(polls, POLL_MS.length - 1)]));
  }
  throw new Problem({ status: 408, code: "slow", detail: "No answer yet. It may still land; your position will show it." });
}
