// Events in words. An event this page does not know yet still has its name.

import { formatUnits } from "./amounts.js";
import { h } from "./dom.js";
import { stateName } from "./labels.js";

const PLAIN = {
  MarketCreated: "The market was created",
  Activated: "The market was opened",
  Tallied: "The votes were counted",
  VoteClaimed: "A vote was closed and given back",
  OrdersCancelled: "Orders were taken out of the book",
  SeatSwept: "A seat in the book was emptied into its owner's position",
  VoidAnnounced: "A void was announced or called off",
  Closed: "Accounts were closed, their rent returned",
};

// An opening is already told by its own event; the step into that state needs no second line.
export const worthTelling = (item) => !(item.kind === "StateChanged" && item.state === "active" && item.before === "approved");

// {text: nodes, outcome: number | null}
export function sentence(item, page) {
  const money = (amount) => `${formatUnits(amount, page.money.decimals)} ${page.money.name}`;
  const name = (n) => page.names[n] ?? "void";
  const price = () => formatUnits(item.price, Math.max(0, -item.expo), 2);
  const outcome = item.outcome ?? null;
  switch (item.kind) {
    case "Staked":
      return { text: join(`${money(item.amount)} on `, h("b", {}, name(outcome))), outcome };
    case "Traded":
      return { text: join(outcome === null ? "Complete sets" : "Traded ", outcome === null ? "" : h("b", {}, name(outcome)), ` for ${money(item.amount)}`), outcome };
    case "OrderPlaced":
      return { text: join("Order for ", h("b", {}, name(outcome)), item.amount === "0" ? "" : `, ${money(item.amount)} traded at once`), outcome };
    case "SharesTransferred":
      return { text: join("Shares of ", h("b", {}, name(outcome)), " given away"), outcome };
    case "VoteCast":
      return { text: join(vote(item, page, money)), outcome: null };
    case "Disputed":
      return { text: join(`Disputed, bond ${money(item.amount)}`), outcome: null };
    case "Ruled":
      return { text: join("The council ruled: ", h("b", {}, name(outcome))), outcome };
    case "SubsidyWithdrawn":
      return { text: join(`The market maker's rest went back: ${money(item.amount)}`), outcome: null };
    case "OutcomeProposed":
      return { text: join("Proposed result: ", h("b", {}, name(outcome)), `, bond ${money(item.amount)}`), outcome };
    case "StateChanged":
      return { text: join(`${capital(stateName(item.state))}${outcome === null ? "" : ": "}`, outcome === null ? "" : h("b", {}, name(outcome))), outcome };
    case "StrikeRecorded":
      return { text: join(`Strike price ${price()}`), outcome: null };
    case "PriceResolved":
    case "PriceCandidate":
      return { text: join(`Closing price ${price()}`), outcome: null };
    case "PaidOut":
      return { text: join(paid(item, money)), outcome: null };
    case "BondClaimed":
      return { text: join(`A bond was returned: ${money(item.amount)}`), outcome: null };
    case "Withdrawn":
      return { text: join(`Withdrawn: ${money(item.amount)}`), outcome: null };
    case "FeesCollected":
      return { text: join(`Fees collected: ${money(item.amount)}`), outcome: null };
    default:
      return { text: join(PLAIN[item.kind] ?? item.kind), outcome: null };
  }
}

function paid(item, money) {
  const done = item.items.filter((one) => one.state === "paid");
  const total = done.reduce((sum, one) => sum + BigInt(one.amount), 0n).toString();
  const people = done.length === 1 ? "1 position" : `${done.length} positions`;
  return `Paid out ${money(total)} to ${people}`;
}

// On a proposal a vote weighs one and is for or against it; in a dispute it weighs money and is for an outcome.
function vote(item, page, money) {
  if (item.amount === "1") return item.outcome === 1 ? "A vote for the market" : "A vote against the market";
  return `A vote for ${page.names[item.outcome] ?? "void"} with ${money(item.amount)}`;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function join(...parts) {
  const span = h("span");
  span.append(...parts);
  return span;
}
