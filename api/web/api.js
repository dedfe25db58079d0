// The API as functions. Errors are Problem: the one shape that every refusal has.

export class Problem extends Error {
  constructor(body) {
    super(body.errors?.[0]?.message || body.detail);
    this.code = body.code;
    this.status = body.status;
  }
}

async function call(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      // What is read again because something moved must not come out of the browser's own cache; its tag still spares
      // the body of what did not change.
      cache: "no-cache",
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem({ code: "offline", status: 0, detail: "The server cannot be reached." });
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let problem = { code: "unreadable", status: response.status, detail: `The server answered ${response.status}.` };
  try {
    problem = { ...problem, ...JSON.parse(text) };
  } catch (error) {
    console.warn("an answer that is no JSON", error);
  }
  throw new Problem(problem);
}

export const get = (path) => call("GET", path);
export const post = (path, body, headers) => call("POST", path, body, headers);

// One JSON-RPC call to the chain itself: balances and airdrops are not the API's business.
export async function rpc(url, method, params = []) {
  const answer = await call("POST", url, { jsonrpc: "2.0", id: 1, method, params });
  if (answer.error) throw new Problem({ code: "rpc", status: 422, detail: answer.error.message });
  return answer.result;
}

let known = null;

// Settings of the platform, and how far the chain's clock is from this machine's (milliseconds).
export async function platform() {
  if (known === null) await readPlatform();
  return known;
}

// The same read anew; answers the whole envelope, which says how fresh the mirror is.
export async function readPlatform() {
  const answer = await get("/v1/config");
  known = { ...answer.data, skew: answer.data.chain_time * 1000 - Date.now() };
  return answer;
}

export const chainNow = () => Math.floor((Date.now() + (known?.skew ?? 0)) / 1000);

const CLUSTERS = {
  "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "solana:mainnet",
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: "solana:devnet",
};

export const cluster = (genesis) => CLUSTERS[genesis] ?? "solana:localnet";
