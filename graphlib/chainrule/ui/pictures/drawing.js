// Numbers, icons and tints of all pictures; their elements are made as the player's are.

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

/** Return a round number to read, as at a tick of an axis. */
function tick(x) {
  if (Math.abs(x) >= 1e6) return numeral(x).replace(/\.?0+·/, "·");
  return String(Number(x.toPrecision(6))).replace("-", "−");
}

const ICONS = {
  first: "M3 2V14M14 2L5 8L14 14Z", back: "M12 2L3 8L12 14Z", play: "M4 2L14 8L4 14Z",
  pause: "M4 2H6.5V14H4ZM9.5 2H12V14H9.5Z", forward: "M2 2L11 8L2 14ZM13 2V14",
};

function icon(name) {
  const made = drawn("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: "icon" });
  made.append(drawn("path", { d: ICONS[name] }));
  return made;
}

// The size of an adjoint as a tint: powers of ten from 10⁻⁴ to 1; 0 is none of them.

const LEAST = -4;
const TINTS = {
  light: ["#ffffff", "#fde9dc", "#f6bfa0", "#e5875a", "#c2410c", "#8f2c06"],
  dark: ["#191512", "#3a2414", "#6e3b18", "#a9541f", "#fb923c", "#ffd9b8"],
};
const rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Return where a size stands on the scale, 0 to 1; -1 for what is exactly 0. */
function placed(size) {
  if (!size) return -1;
  return Math.max(0, Math.min(1, 1 - Math.log10(size) / LEAST));
}

function tint(place, theme) {
  const stops = TINTS[theme];
  if (!(place >= 0)) return "transparent";
  const at = place * (stops.length - 1), low = Math.min(stops.length - 2, Math.floor(at));
  const from = rgb(stops[low]), to = rgb(stops[low + 1]);
  return `rgb(${from.map((c, k) => Math.round(c + (at - low) * (to[k] - c))).join(" ")})`;
}

/** Return a canvas's pen with units of CSS pixels, its ground wiped. */
function pen(canvas, width, height) {
  const fine = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * fine) || canvas.height !== Math.round(height * fine)) {
    canvas.width = Math.round(width * fine);
    canvas.height = Math.round(height * fine);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const made = canvas.getContext("2d");
  made.setTransform(fine, 0, 0, fine, 0, 0);
  made.clearRect(0, 0, width, height);
  return made;
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Rows of numbers that move from what is shown to what has come, frame by frame. */
class Moving {
  constructor(draw) {
    this.draw = draw;
    this.shown = null;
    this.came = 0;
  }

  /** Take rows by name; where they have other lengths than before, they are shown at once. */
  take(rows) {
    const now = performance.now();
    const same = this.shown && Object.keys(rows).every((k) => this.shown[k]?.length === rows[k].length);
    // As long as it took to come: the next one comes when this one is there. After a rest it is a step.
    const took = now - this.came;
    this.time = took > 2000 ? 180 : Math.max(120, took);
    this.came = now;
    this.to = rows;
    this.from = same && !still.matches ? this.shown : rows;
    this.shown = this.from;
    cancelAnimationFrame(this.frame);
    this.#next();
  }

  #next() {
    const share = this.from === this.to ? 1 : Math.min(1, (performance.now() - this.came) / this.time);
    const { from, to } = this;
    this.shown = share === 1 ? to : Object.fromEntries(
      Object.keys(to).map((k) => [k, to[k].map((x, i) => from[k][i] + share * (x - from[k][i]))]),
    );
    this.draw(this.shown);
    if (share < 1) this.frame = requestAnimationFrame(() => this.#next());
  }

  end() {
    cancelAnimationFrame(this.frame);
  }
}
