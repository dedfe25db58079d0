// The stake form: outcome, amount, an exact quote as you type, and the way from signature to final.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { formatUnits, isSol, parseUnits, percent, times } from "./amounts.js";
import { STEPS, run } from "./send.js";
import { connected } from "./wallets.js";

const QUOTE_DELAY_MS = 150;
const QUICK = { 9: ["0.1", "0.5", "1", "5"], 6: ["10", "50", "100"], 0: ["1000000"] };

// page: {market, names, money}, read anew at each use, since the feed moves it; onDone() after a stake has landed.
export function mount(node, page, onDone) {
  const parts = {
    picks: h("fieldset", {}),
    amount: h("input", { id: "amount", name: "amount", inputmode: "decimal", autocomplete: "off", placeholder: "0.00", "aria-describedby": "say" }),
    quote: h("dl", { class: "quote", "aria-live": "polite" }),
    button: h("button", { class: "solid", type: "submit", id: "place" }, "Stake"),
    say: h("p", { class: "say", id: "say", role: "status" }),
    steps: h("div", { class: "steps", "aria-hidden": "true" }),
    relay: h("input", { type: "checkbox", id: "relay", checked: true }),
  };
  let turn = 0;
  let timer = 0;
  let busy = false;
  let able = false;

  const chosen = () => Number(new FormData(form).get("outcome") ?? 0);
  const units = () => parseUnits(parts.amount.value, page.money.decimals);

  function picks() {
    const now = form.elements.outcome ? chosen() : 0;
    fill(parts.picks, h("legend", {}, "Which outcome?"), page.names.map((name, n) =>
      h("label", { class: `pick c${n}` },
        h("input", { type: "radio", name: "outcome", value: n, checked: n === now }),
        h("span", {}, name, h("b", {}, percent(page.market.odds[n]))))));
  }

  function tell(text, kind = "") {
    parts.say.textContent = text;
    parts.say.dataset.kind = kind;
  }

  function progress(step) {
    fill(parts.steps, step < 0 ? [] : STEPS.map((_, n) => h("i", { class: n <= step ? "on" : "" })));
  }

  function show(quote) {
    const { decimals, name } = page.money;
    const row = (term, value, big) => [h("dt", {}, term), h("dd", { class: big ? "big" : "" }, value)];
    fill(parts.quote, !quote && h("dd", { class: "hint" }, "Type an amount to see what it would pay, to the last base unit."), quote && [
      row(`If ${page.names[quote.outcome]} wins`, `${formatUnits(quote.payout, decimals)} ${name}`, true),
      row("Return on your stake", times(quote.rate_bps)),
      row("Fee in it", `${formatUnits(quote.fee, decimals)} ${name}`),
      row("Chance after your stake", percent(quote.odds_after[quote.outcome])),
    ]);
  }

  function ready() {
    const amount = units();
    const label = amount && amount !== "0" ? `Stake ${formatUnits(amount, page.money.decimals)} ${page.money.name}` : "Stake";
    parts.button.textContent = connected() ? label : "Connect a wallet to stake";
    parts.button.disabled = busy || (Boolean(connected()) && !able);
  }

  async function quote() {
    const mine = ++turn;
    const amount = units();
    able = false;
    if (!amount || amount === "0") {
      show(null);
      if (!busy) tell(parts.amount.value ? `An amount has at most ${page.money.decimals} decimals.` : "", parts.amount.value ? "error" : "");
      ready();
      return;
    }
    try {
      const { data } = await get(`/v1/markets/${page.market.address}/quote?outcome=${chosen()}&amount=${amount}`);
      if (mine !== turn) return;
      show(data);
      able = data.error === null;
      if (!busy) tell(data.error?.message ?? "", data.error ? "error" : "");
    } catch (error) {
      if (mine !== turn) return;
      show(null);
      if (!busy) tell(error.message, "error");
    }
    ready();
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(quote, QUOTE_DELAY_MS);
  };

  async function submit(event) {
    event.preventDefault();
    if (!connected()) {
      document.getElementById("connect").click();
      return;
    }
    busy = true;
    ready();
    const body = { wallet: connected().address, market: page.market.address, outcome: chosen(), amount: units() };
    try {
      await run("stake", body, parts.relay.checked ? "relay" : "self", (step, text) => {
        progress(step);
        tell(text, step >= 3 ? "done" : "");
        if (step >= 3) onDone();
      });
      tell("Your stake is final.", "done");
      parts.amount.value = "";
    } catch (error) {
      tell(error.message, "error");
      progress(-1);
    }
    busy = false;
    able = false;
    show(null);
    ready();
  }

  const quick = h("div", { class: "quick" }, (QUICK[page.money.decimals] ?? QUICK[0]).map((value) =>
    h("button", { class: "quiet", type: "button", onclick: () => { parts.amount.value = value; later(); ready(); } }, value)));
  const form = h("form", { onsubmit: submit, oninput: () => { later(); ready(); } },
    parts.picks,
    h("div", { class: "field" },
      h("span", {}, h("label", { for: "amount" }, "How much?")),
      h("div", { class: "amount" }, parts.amount, h("span", {}, page.money.name)), quick),
    parts.quote, parts.button,
    h("label", { class: "way" }, parts.relay, "Let Sealbook send it, and try until it lands"),
    h("div", {}, parts.say, parts.steps));

  fill(node, h("h2", {}, "Stake"), isSol(page.market.mint) ? null : h("p", { class: "soft mono" }, page.market.mint), form);
  picks();
  show(null);
  ready();
  return { moved: () => { picks(); later(); }, wallet: ready };
}

// What stands in the form's place when nothing can be staked.
export function closed(node, page, text) {
  fill(node, h("h2", {}, "Staking is closed"), h("p", { class: "soft" }, text));
}
