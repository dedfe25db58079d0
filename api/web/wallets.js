// Wallets by the Wallet Standard: found by its two events, used by their features. One is connected at a time.

import { platform, rpc, cluster } from "./api.js";
import { h, fill } from "./dom.js";
import { formatUnits, short } from "./amounts.js";

const NEEDED = ["standard:connect", "solana:signTransaction"];
const LAST = "sealbook wallet";
const found = [];
const listeners = new Set();
let current = null;

function add(...wallets) {
  for (const wallet of wallets) {
    if (!found.includes(wallet) && NEEDED.every((name) => name in wallet.features)) found.push(wallet);
  }
  return () => {};
}

const registry = Object.freeze({ register: add });
window.addEventListener("wallet-standard:register-wallet", (event) => event.detail(registry));
window.dispatchEvent(new CustomEvent("wallet-standard:app-ready", { detail: registry }));

export const connected = () => current;

export function onWallet(listener) {
  listeners.add(listener);
}

function changed() {
  for (const listener of listeners) listener(current);
}

export async function connect(wallet, silent = false) {
  const { accounts } = await wallet.features["standard:connect"].connect(silent ? { silent: true } : {});
  if (accounts.length === 0) return;
  current = { wallet, account: accounts[0], address: accounts[0].address };
  localStorage.setItem(LAST, wallet.name);
  wallet.features["standard:events"]?.on("change", ({ accounts: next }) => {
    if (current?.wallet !== wallet || !next) return;
    current = next.length ? { wallet, account: next[0], address: next[0].address } : null;
    changed();
  });
  changed();
}

export async function disconnect() {
  localStorage.removeItem(LAST);
  const { wallet } = current;
  current = null;
  changed();
  await wallet.features["standard:disconnect"]?.disconnect();
}

// The transaction with this wallet's signature; the wallet may ask its owner, and the owner may refuse.
export async function sign(transaction) {
  const { genesis } = await platform();
  const { wallet, account } = current;
  const input = { transaction, account, chain: cluster(genesis) };
  const [{ signedTransaction }] = await wallet.features["solana:signTransaction"].signTransaction(input);
  return signedTransaction;
}

export async function balance() {
  const { rpc_url: url } = await platform();
  const answer = await rpc(url, "getBalance", [current.address, { commitment: "confirmed" }]);
  return String(answer.value);
}

// The button and menu in the page's head.
export async function mount(node) {
  const settings = await platform();
  if (settings.dev_wallet) (await import("./dev_wallet.js")).register(settings.rpc_url);
  let open = false;
  const toggle = (next) => {
    open = next;
    draw();
    if (open) node.querySelector(".menu button")?.focus();
  };
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) {
      toggle(false);
      node.querySelector("button")?.focus();
    }
  });
  document.addEventListener("click", (event) => open && !event.composedPath().includes(node) && toggle(false));

  function choices() {
    if (found.length === 0) return [h("p", {}, "No Solana wallet was found in this browser.")];
    return found.map((wallet) => h("button", { type: "button", onclick: () => choose(wallet) },
      h("img", { src: wallet.icon, alt: "" }), wallet.name));
  }

  async function choose(wallet) {
    toggle(false);
    try {
      await connect(wallet);
    } catch (error) {
      console.warn("the wallet did not connect", error);
    }
  }

  function own() {
    const drop = current.wallet.features["sealbook:airdrop"];
    return [
      h("p", { class: "mono" }, current.address),
      drop && h("button", { type: "button", id: "airdrop", onclick: () => airdrop(drop) }, "Airdrop 10 SOL"),
      h("button", { type: "button", onclick: () => { toggle(false); disconnect(); } }, "Disconnect"),
    ];
  }

  async function airdrop(drop) {
    toggle(false);
    await drop.airdrop(10_000_000_000);
    for (let tries = 0; tries < 20 && (await balance()) === "0"; tries++) await new Promise((done) => setTimeout(done, 250));
    draw();
  }

  async function drawBalance(into) {
    try {
      into.textContent = `${formatUnits(await balance(), 9, 3)} SOL`;
    } catch {
      into.textContent = "";
    }
  }

  function draw() {
    const amount = h("span", { class: "soft", id: "balance" });
    const label = current
      ? h("span", { class: "who" }, h("img", { src: current.wallet.icon, alt: "" }), short(current.address))
      : "Connect wallet";
    fill(node, current && amount,
      h("button", { class: "quiet", type: "button", id: "connect", "aria-expanded": String(open), "aria-haspopup": "true", onclick: () => toggle(!open) }, label),
      open && h("div", { class: "menu" }, current ? own() : choices()));
    if (current) drawBalance(amount);
  }

  onWallet(draw);
  draw();
  const last = found.find((wallet) => wallet.name === localStorage.getItem(LAST));
  if (last) await connect(last, true).catch((error) => console.warn("the last wallet did not reconnect", error));
}
