// The odds so far as steps in an SVG: one line an outcome, the newest value marked, a reading line under the pointer.

import { fill, h } from "./dom.js";
import { percent, share } from "./amounts.js";

const WIDE = 720;
const HIGH = 260;
const TIP_MAX = 2;
const NAME_MAX = 18;
const EDGE = { left: 4, right: 44, top: 12, bottom: 26 };

// points: [{time, odds: [price, ...]}], oldest first; `end` is when staking ended, or now. Two outcomes need one line:
// the other is its mirror image. `none` is said where there are no points.
export function draw(node, all, names, end, none) {
  const points = lastOfEachSecond(all);
  const width = Math.max(320, Math.min(WIDE, node.clientWidth || WIDE));
  const svg = h("svg", { viewBox: `0 0 ${width} ${HIGH}`, role: "img", "aria-label": describe(points, names, none) });
  fill(node, svg);
  const right = width - EDGE.right;
  for (const level of [0, 25, 50, 75, 100]) {
    svg.append(h("line", { class: "grid", x1: EDGE.left, x2: right, y1: y(level), y2: y(level) }),
      h("text", { x: right + 8, y: y(level) + 4 }, `${level}%`));
  }
  if (points.length === 0) {
    svg.append(h("text", { class: "nothing", x: right / 2, y: HIGH / 2 - 10 }, none));
    return;
  }
  const first = points[0].time;
  const last = Math.max(points.at(-1).time, end, first + 1);
  const x = (time) => EDGE.left + ((time - first) / (last - first)) * (right - EDGE.left);
  const shown = names.length === 2 ? [0] : names.map((_, n) => n);
  for (const n of shown) svg.append(line(points, n, x, right, shown.length === 1));
  svg.append(h("text", { x: EDGE.left, y: HIGH - 6 }, label(first, last - first)),
    h("text", { x: right, y: HIGH - 6, "text-anchor": "end" }, label(last, last - first)));
  read(svg, points, names, x, right, width, first, last);
}

// Several stakes of one second would draw spikes that lasted no time.
const lastOfEachSecond = (points) => points.filter((point, n) => points[n + 1]?.time !== point.time);

// Seconds for a span of minutes, days for a span of weeks.
function label(time, span) {
  if (span > 86_400 * 3) return new Date(time * 1000).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  if (span > 3600) return new Date(time * 1000).toLocaleString(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  return new Date(time * 1000).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
}

const y = (chance) => EDGE.top + (1 - chance / 100) * (HIGH - EDGE.top - EDGE.bottom);

function line(points, n, x, right, filled) {
  let path = `M${EDGE.left} ${y(share(points[0].odds[n]))}`;
  for (const point of points) path += `H${x(point.time).toFixed(1)}V${y(share(point.odds[n])).toFixed(1)}`;
  path += `H${right}`;
  const end = y(share(points.at(-1).odds[n]));
  return h("g", { class: `c${n}` },
    filled && h("path", { class: "area", d: `${path}V${y(0)}H${EDGE.left}Z` }),
    h("path", { class: "line", d: path }),
    h("circle", { class: "end", cx: right, cy: end, r: 5 }));
}

function read(svg, points, names, x, right, width, first, last) {
  const cross = h("line", { class: "cross", y1: y(100), y2: y(0) });
  const tip = h("text", { class: "tip", y: y(100) + 12 });
  const mark = h("g", { visibility: "hidden" }, cross, tip);
  svg.append(mark);
  svg.addEventListener("pointerleave", () => mark.setAttribute("visibility", "hidden"));
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * width;
    const time = first + ((at - EDGE.left) / (right - EDGE.left)) * (last - first);
    const point = points.findLast((one) => one.time <= time) ?? points[0];
    const where = Math.min(right, Math.max(EDGE.left, at));
    cross.setAttribute("x1", where);
    cross.setAttribute("x2", where);
    tip.setAttribute("x", where > right / 2 ? where - 8 : where + 8);
    tip.setAttribute("text-anchor", where > right / 2 ? "end" : "start");
    const shown = names.length === 2 ? [0] : names.map((_, n) => n);
    const leading = [...shown].sort((a, b) => share(point.odds[b]) - share(point.odds[a])).slice(0, TIP_MAX);
    tip.textContent = leading.map((n) => `${cut(names[n])} ${percent(point.odds[n])}`).join("   ");
    mark.setAttribute("visibility", "visible");
  });
}

const cut = (name) => (name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name);

function describe(points, names, none) {
  if (points.length === 0) return `Odds chart: ${none}`;
  const now = points.at(-1).odds;
  return `Odds at ${points.length} times; now ${names.map((name, n) => `${name} ${percent(now[n])}`).join(", ")}`;
}
