// Elements and numbers that all pictures are made of; text reaches the page as text alone.

const SVG = "http://www.w3.org/2000/svg";

function element(tag, className = "", text = null, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function drawn(tag, attributes = {}, text = null) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== null) made.textContent = text;
  return made;
}

/** Return a name as text: its letter in italics, what follows lowered. */
function named(attributes, letter, below) {
  const made = drawn("text", { ...attributes, class: `name ${attributes.class ?? ""}` });
  made.append(drawn("tspan", {}, letter));
  if (below) made.append(drawn("tspan", { class: "below", dy: 3 }, below));
  return made;
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** Return a number to read: five significant digits and at most four decimals. */
function numeral(x) {
  if (!Number.isFinite(x)) return "undef";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const sign = x < 0 ? "−" : "";
  if (size < 1e-3 || size >= 1e6) {
    let [digits, power] = size.toExponential(3).split("e");
    power = String(Number(power)).replace(/[-0-9]/g, (c) => RAISED[c]);
    return `${sign}${digits}·10${power}`;
  }
  const whole = Math.floor(Math.log10(size)) + 1;
  return sign + size.toFixed(Math.max(0, Math.min(4, 5 - Math.max(whole, 1))));
}

function filled(words, given) {
  return words.replace(/\{(\w+)\}/g, (_, name) => given[name]);
}

/** Return tick values: about `count` round numbers between two. */
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k += 1) found.push(k * step);
  return found;
}

const tick = (x) => String(Number(x.toPrecision(6))).replace("-", "−");
