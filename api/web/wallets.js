// Wallets by the Wallet Standard: found by its two events, used by their features. One is connected at a time.

import { platform, rpc, cluster } from "./api.js";
import { h, fill } from "./dom.js";
import { formatUnits, short } from "./amounts.js";

const NEEDED = ["standard:connect", "solana:signTransaction"];
const LAST = "sealbook wallet";
const AIRDROP = 10_000_000_000;
const found = [];
const listeners = new Set();
let current = null;
let seen = () => {};
let redrawBalance = () => {};

const speaksSolana = (wallet) => wallet.chains.some((chain) => chain.startsWith("solana:"));

function add(...wallets) {
  for (const wallet of wallets) {
    const usable = speaksSolana(wallet) && NEEDED.every((name) => name in wallet.features);
    if (usable && !found.includes(wallet)) found.push(wallet);
  }
  seen();
  return () => {
    for (const wallet of wallets.filter((one) => found.includes(one))) found.splice(found.indexOf(wallet), 1);
    seen();
  };
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

// The account of a wallet that may have others for other chains, or null.
function choose(wallet, accounts) {
  const account = accounts.find((one) => one.chains.some((chain) => chain.startsWith("solana:")));
  return account === undefined ? null : { wallet, account, address: account.address };
}

export async function connect(wallet, silent = false) {
  const { accounts } = await wallet.features["standard:connect"].connect(silent ? { silent: true } : {});
  const next = choose(wallet, accounts);
  if (next === null && silent) return;
  if (next === null) throw new Error(`${wallet.name} has no Solana account to use here.`);
  current = next;
  localStorage.setItem(LAST, wallet.name);
  watch(wallet);
  changed();
}

const watched = new WeakSet();
function watch(wallet) {
  if (watched.has(wallet)) return;
  watched.add(wallet);
  wallet.features["standard:events"]?.on("change", ({ accounts }) => {
    if (current?.wallet !== wallet || !accounts) return;
    current = choose(wallet, accounts);
    changed();
  });
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

// What the connected wallet holds of a mint, in base units; null when the chain does not say.
export async function balance(mint = null) {
  const { rpc_url: url } = await platform();
  const how = { commitment: "confirmed" };
  if (mint === null) return String((await rpc(url, "getBalance", [current.address, how])).value);
  const { value } = await rpc(url, "getTokenAccountsByOwner", [current.address, { mint }, { ...how, encoding: "jsonParsed" }]);
  return value.reduce((sum, one) => sum + BigInt(one.account.data.parsed.info.tokenAmount.amount), 0n).toString();
}

export const refreshBalance = () => redrawBalance();

// The button and menu in the page's head.
export async function mount(node) {
  const amount = h("span", { class: "soft", id: "balance" });
  const button = h("button", { class: "quiet", type: "button", id: "connect", "aria-controls": "wallet-menu", onclick: () => toggle(menu.hidden) });
  const menu = h("div", { class: "menu", id: "wallet-menu", hidden: true });
  let trouble = "";

  function toggle(open) {
    trouble = "";
    menu.hidden = !open;
    draw();
    if (open) menu.querySelector("button")?.focus();
  }

  async function attempt(work) {
    try {
      await work();
      toggle(false);
      button.focus();
    } catch (error) {
      trouble = error.message || "The wallet refused.";
      draw();
    }
  }

  async function drop(feature) {
    const before = await balance();
    await feature.airdrop(AIRDROP);
    for (let tries = 0; tries < 20 && (await balance()) === before; tries++) await new Promise((done) => setTimeout(done, 250));
    changed();
  }

  function choices() {
    if (found.length === 0) return [h("p", {}, "No Solana wallet was found in this browser. Install one, then reload this page.")];
    return found.map((wallet) => h("button", { type: "button", onclick: () => attempt(() => connect(wallet)) },
      h("img", { src: wallet.icon, alt: "" }), wallet.name));
  }

  function own() {
    const feature = current.wallet.features["sealbook:airdrop"];
    return [
      h("p", { class: "mono" }, current.address),
      feature && h("button", { type: "button", id: "airdrop", onclick: () => attempt(() => drop(feature)) }, "Airdrop 10 SOL"),
      h("button", { type: "button", id: "disconnect", onclick: () => attempt(disconnect) }, "Disconnect"),
    ];
  }

  async function drawBalance() {
    if (!current) return fill(amount);
    const { address } = current;
    const held = await balance().catch(() => null);
    if (current?.address === address) amount.textContent = held === null ? "" : `${formatUnits(held, 9, 3)} SOL`;
  }

  function draw() {
    button.setAttribute("aria-expanded", String(!menu.hidden));
    fill(button, current
      ? h("span", { class: "who" }, h("img", { src: current.wallet.icon, alt: "" }), short(current.address))
      : "Connect wallet");
    if (!menu.hidden) fill(menu, current ? own() : choices(), trouble && h("p", { class: "say", role: "alert", "data-kind": "error" }, trouble));
  }

  async function reconnect() {
    const last = current === null && found.find((wallet) => wallet.name === localStorage.getItem(LAST));
    if (last) await connect(last, true).catch((error) => console.warn("the last wallet did not reconnect", error));
  }

  fill(node, amount, button, menu);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || menu.hidden) return;
    toggle(false);
    button.focus();
  });
  document.addEventListener("click", (event) => !menu.hidden && !event.composedPath().includes(node) && toggle(false));
  redrawBalance = drawBalance;
  onWallet(() => {
    draw();
    drawBalance();
  });
  seen = () => {
    draw();
    reconnect();
  };
  const settings = await platform();
  if (settings.dev_wallet) await import("./dev_wallet.js").then((dev) => dev.register(settings.rpc_url), console.warn);
  draw();
  await reconnect();
}
