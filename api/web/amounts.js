// Amounts are whole numbers of base units as strings; only what a person reads or types has a point. No floats.

const SOL = "So11111111111111111111111111111111111111112";

const WITH_ZONE = { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };

export const isSol = (mint) => mint === SOL;

// "1.25" with 9 decimals -> {units: "1250000000"}; {units: null, fault} when it is not clear what a person means.
export function parseUnits(text, decimals) {
  const no = (fault) => ({ units: null, fault });
  if (/^\s*$/.test(text)) return no("");
  const found = /^\s*(\d*)(?:([.,])(\d*))?\s*$/.exec(text);
  if (!found || (found[1] === "" && !found[3])) return no("That is no amount: write digits, with a point before decimals.");
  const fraction = found[3] ?? "";
  if (found[2] === "," && fraction.length === 3) return no("Write thousands without a comma, and decimals after a point.");
  if (fraction.length > decimals) return no(`An amount has at most ${decimals} decimals.`);
  if (found[1].length > 20) return no("That is more than there is.");
  return { units: BigInt((found[1] || "0") + fraction.padEnd(decimals, "0")).toString(), fault: "" };
}

// "1250000000" with 9 decimals -> "1.25", exact; with `places` it is cut, never rounded up.
export function formatUnits(text, decimals, places = decimals) {
  const negative = text.startsWith("-");
  const digits = (negative ? text.slice(1) : text).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  let fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  if (whole !== "0" || /^0*$/.test(fraction.slice(0, places)) === false) fraction = fraction.slice(0, places).replace(/0+$/, "");
  return (negative ? "-" : "") + whole + (fraction ? `.${fraction}` : "");
}

// "0.625000" -> "62.5%"; in whole parts of a thousand, by digits.
export function percent(price) {
  const millionths = Number(price.replace(".", ""));
  const tenths = Math.round(millionths / 1000);
  if (tenths === 0 && millionths > 0) return "<0.1%";
  return tenths % 10 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}

export const share = (price) => Number(price.replace(".", "")) / 10_000;

// 18340 bps -> "1.83×"
export const times = (bps) => `${Math.floor(bps / 10_000)}.${String(Math.floor((bps % 10_000) / 100)).padStart(2, "0")}×`;

export const short = (address) => `${address.slice(0, 4)}…${address.slice(-4)}`;

export function ago(seconds, now) {
  const past = Math.max(0, now - seconds);
  if (past < 5) return "now";
  if (past < 60) return `${past} s ago`;
  if (past < 3600) return `${Math.floor(past / 60)} min ago`;
  if (past < 86_400) return `${Math.floor(past / 3600)} h ago`;
  return new Date(seconds * 1000).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

export function left(seconds, now) {
  const rest = seconds - now;
  if (rest < 60) return `${Math.max(0, rest)} s`;
  if (rest < 3600) return `${Math.floor(rest / 60)} min ${rest % 60} s`;
  if (rest < 86_400) return `${Math.floor(rest / 3600)} h ${Math.floor((rest % 3600) / 60)} min`;
  const days = Math.floor(rest / 86_400);
  return days > 6 ? `${days} days` : `${days === 1 ? "1 day" : `${days} days`} ${Math.floor((rest % 86_400) / 3600)} h`;
}

// 90000 -> "1 day 1 h"; how long something lasts.
export const span = (seconds) => left(seconds, 0);

export const date = (seconds) =>
  new Date(seconds * 1000).toLocaleString(undefined, WITH_ZONE);
