// A wallet for localnet alone: one Ed25519 key kept by this browser, registered by the Wallet Standard as any other
// wallet is. It holds play money and asks the local chain for more.

import { encode } from "./base58.js";
import { parse, withSignature } from "./transaction.js";
import { rpc } from "./api.js";

const STORE = "sealbook dev wallet";
const CHAIN = "solana:localnet";
const ICON = "data:image/svg+xml;base64," + btoa(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#211c16"/>' +
  '<path fill="#f7f3ec" d="M8 10h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3H8zM8 10V8h13v2z"/><circle cx="20" cy="17" r="2" fill="#9f2d26"/></svg>',
);

async function load() {
  const kept = localStorage.getItem(STORE);
  if (kept !== null) {
    const jwk = JSON.parse(kept);
    const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
    return { key, bytes: fromUrl(jwk.x) };
  }
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  localStorage.setItem(STORE, JSON.stringify(jwk));
  return { key: pair.privateKey, bytes: fromUrl(jwk.x) };
}

function fromUrl(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain + "=".repeat((4 - (plain.length % 4)) % 4)), (letter) => letter.charCodeAt(0));
}

function makeWallet(rpcUrl) {
  let key = null;
  let accounts = [];
  const listeners = new Set();

  const sign = async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
  const features = {
    "standard:connect": {
      version: "1.0.0",
      async connect() {
        if (accounts.length === 0) {
          const loaded = await load();
          key = loaded.key;
          const names = ["solana:signTransaction", "solana:signMessage"];
          accounts = [{ address: encode(loaded.bytes), publicKey: loaded.bytes, chains: [CHAIN], features: names }];
          for (const listener of listeners) listener({ accounts });
        }
        return { accounts };
      },
    },
    "standard:disconnect": {
      version: "1.0.0",
      async disconnect() {
        accounts = [];
        for (const listener of listeners) listener({ accounts });
      },
    },
    "standard:events": {
      version: "1.0.0",
      on(name, listener) {
        if (name === "change") listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    "solana:signTransaction": {
      version: "1.0.0",
      supportedTransactionVersions: ["legacy", 0],
      async signTransaction(...inputs) {
        return Promise.all(inputs.map(async ({ transaction, account }) => {
          const signature = await sign(parse(transaction).message);
          return { signedTransaction: withSignature(transaction, account.address, signature) };
        }));
      },
    },
    "solana:signMessage": {
      version: "1.0.0",
      async signMessage(...inputs) {
        return Promise.all(inputs.map(async ({ message }) => ({ signedMessage: message, signature: await sign(message) })));
      },
    },
    "sealbook:airdrop": {
      version: "1.0.0",
      airdrop: (lamports) => rpc(rpcUrl, "requestAirdrop", [accounts[0].address, lamports]),
    },
  };
  return { version: "1.0.0", name: "Dev wallet", icon: ICON, chains: [CHAIN], features, get accounts() { return accounts; } };
}

export function register(rpcUrl) {
  const wallet = makeWallet(rpcUrl);
  const callback = ({ register: add }) => add(wallet);
  window.addEventListener("wallet-standard:app-ready", (event) => callback(event.detail));
  window.dispatchEvent(new CustomEvent("wallet-standard:register-wallet", { detail: callback }));
}
