// The stake form: outcome, amount, an exact quote as you type, and the way from signature to final.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { formatUnits, isSol, parseUnits, percent, times } from "./amounts.js";
import { chance } from "./labels.js";
import { AGAIN_MS, passing } from "./live.js";
import { STEPS, run } from "./send.js";
import { balance, connected, refreshBalance } from "./wallets.js";

const QUOTE_DELAY_MS = 150;
const QUICK = { 9: ["0.1", "0.5", "1", "5"], 6: ["10", "50", "100"], 0: ["1000000"] };

// page: {market, names, money}, read anew at each use, since the feed moves it; onDone() after a stake has landed.
export function mount(node, page, onDone) {
  const parts = {
    amount: h("input", { id: "amount", name: "amount", inputmode: "decimal", autocomplete: "off", placeholder: "0.00", "aria-describedby": "have say" }),
    have: h("span", { id: "have" }),
    quote: h("dl", { class: "quote", "aria-live": "polite" }),
    button: h("button", { class: "solid", type: "submit", id: "place" }, "Stake"),
    say: h("p", { class: "say", id: "say", role: "status" }),
    steps: h("div", { class: "steps", "aria-hidden": "true" }),
    relay: h("input", { type: "checkbox", id: "relay", checked: true }),
  };
  const odds = page.names.map(() => h("b"));
  let turn = 0;
  let timer = 0;
  let busy = false;
  let able = false;

  const chosen = () => Number(new FormData(form).get("outcome"));
  const units = () => parseUnits(parts.amount.value, page.money.decimals).units;
  const money = (amount) => `${formatUnits(amount, page.money.decimals)} ${page.money.name}`;

  function tell(text, kind = "") {
    parts.say.textContent = text;
    parts.say.dataset.kind = kind;
    if (text) parts.amount.setAttribute("aria-invalid", String(kind === "error"));
    else parts.amount.removeAttribute("aria-invalid");
  }

  function progress(step) {
    fill(parts.steps, step < 0 ? [] : STEPS.map((_, n) => h("i", { class: n <= step ? "on" : "" })));
  }

  function show(quote) {
    const row = (term, value, big) => [h("dt", {}, term), h("dd", { class: big ? "big" : "" }, value)];
    const hint = parts.say.textContent === "" && h("dd", { class: "hint" }, "Type an amount to see exactly what it would pay.");
    fill(parts.quote, !quote && hint, quote && [
      row(`If ${page.names[quote.outcome]} wins`, money(quote.payout), true),
      row("Return on your stake", times(quote.rate_bps)),
      row("Fee in it", money(quote.fee)),
      row("Chance after your stake", percent(quote.odds_after[quote.outcome])),
    ]);
  }

  function ready() {
    const amount = units();
    const label = amount && amount !== "0" ? `Stake ${money(amount)}` : "Stake";
    parts.button.textContent = connected() ? label : "Connect a wallet to stake";
    parts.button.disabled = busy || (Boolean(connected()) && !able);
  }

  // What can be said without asking: no amount, or one beyond the market's bounds.
  function fault() {
    const { units: amount, fault: unclear } = parseUnits(parts.amount.value, page.money.decimals);
    if (amount === null) return unclear;
    const { min_stake: least, max_stake: most } = page.market;
    if (amount !== "0" && BigInt(amount) < BigInt(least)) return `The least stake is ${money(least)}.`;
    return BigInt(amount) > BigInt(most) ? `The most that one stake may be is ${money(most)}.` : "";
  }

  async function quote() {
    if (busy) return;
    const mine = ++turn;
    const amount = units();
    const wrong = fault();
    able = false;
    if (wrong || amount === null || amount === "0") {
      if (parts.amount.value !== "") tell(wrong, "error");
      show(null);
      ready();
      return;
    }
    try {
      const { data } = await get(`/v1/markets/${page.market.address}/quote?outcome=${chosen()}&amount=${amount}`);
      if (mine !== turn || busy) return;
      able = data.error === null;
      tell(data.error?.message ?? "", data.error ? "error" : "");
      show(data);
    } catch (error) {
      if (mine !== turn || busy) return;
      tell(error.message, "error");
      show(null);
      if (passing(error)) later(AGAIN_MS);
    }
    ready();
  }

  const later = (wait = QUOTE_DELAY_MS) => {
    clearTimeout(timer);
    timer = setTimeout(quote, wait);
  };

  async function wallet() {
    ready();
    const held = connected() && (await balance(isSol(page.market.mint) ? null : page.market.mint).catch(() => null));
    parts.have.textContent = held ? `You have ${money(held)}` : "";
  }

  async function submit(event) {
    event.preventDefault();
    if (!connected()) {
      document.getElementById("connect").click();
      return;
    }
    busy = true;
    ready();
    const body = { wallet: connected().address, market: page.market.address, outcome: chosen(), amount: units() };
    let result = ["Your stake is final.", "done"];
    try {
      await run("stake", body, parts.relay.checked ? "relay" : "self", (step, text) => {
        progress(step);
        tell(text, step >= 3 ? "done" : "");
        if (step === 3) landed();
      });
      parts.amount.value = "";
      landed();
    } catch (error) {
      result = [error.message || "The wallet refused to sign.", "error"];
      progress(-1);
    }
    busy = false;
    able = false;
    tell(...result);
    show(null);
    ready();
    if (result[1] === "error") timer = setTimeout(retry, QUOTE_DELAY_MS);
  }

  // The amount still stands after a failure: it may be tried again, with the reason left to read.
  function retry() {
    able = !fault() && units() !== null;
    ready();
  }

  function landed() {
    refreshBalance();
    wallet();
    onDone();
  }

  function typed() {
    progress(-1);
    if (!busy) tell("");
    later();
    ready();
  }

  function moved() {
    page.names.forEach((_, n) => { odds[n].textContent = chance(page.market, n); });
    if (parts.amount.value !== "" && !busy && parts.say.dataset.kind !== "error") later();
  }

  const quick = h("div", { class: "quick" }, (QUICK[page.money.decimals] ?? QUICK[0]).map((value) =>
    h("button", { class: "quiet", type: "button", onclick: () => { parts.amount.value = value; typed(); } }, value)));
  const picks = h("fieldset", {}, h("legend", {}, "Which outcome?"), page.names.map((name, n) =>
    h("label", { class: `pick c${n}` },
      h("input", { type: "radio", name: "outcome", value: n, checked: n === 0 }), h("span", {}, h("span", { class: "name" }, name), odds[n]))));
  const form = h("form", { onsubmit: submit, oninput: (event) => event.target !== parts.relay && typed() },
    picks,
    h("div", { class: "field" },
      h("span", {}, h("label", { for: "amount" }, "How much?"), parts.have),
      h("div", { class: "amount" }, parts.amount, h("span", {}, page.money.name)), quick),
    h("div", { class: "slot" }, parts.quote, parts.say),
    h("div", {}, parts.button, parts.steps),
    h("label", { class: "way" }, parts.relay, "Let Sealbook send it, and try until it lands"));

  fill(node, h("h2", { id: "stake-title" }, "Stake"), isSol(page.market.mint) ? null : h("p", { class: "soft mono" }, page.market.mint), form);
  moved();
  show(null);
  wallet();
  return { moved, wallet };
}

// What stands in the form's place when nothing can be staked or traded.
export function closed(node, what, text) {
  fill(node, h("h2", { id: "stake-title" }, `${what} is closed`), h("p", { class: "soft" }, text));
}
