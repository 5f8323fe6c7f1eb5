// All operations: a list with their curves, to be searched, and the chosen one opened beside it.

const pages = new WeakMap();
const SMALL = { width: 58, height: 28 };
const PLOT = { width: 440, value: 210, slope: 120, left: 34, right: 8, between: 26, bottom: 20 };

const FIELD = 320; // px of the square over two operands

/** Return a number to read; one of few digits as it is. */
const short = (x) => (Number(x.toFixed(4)) === x ? tick(x) : numeral(x));

/** Return the least and greatest of what is known, without the outermost twentieth. */
function range(numbers) {
  const known = numbers.filter((y) => y !== null).sort((a, b) => a - b);
  const cut = Math.floor(known.length / 25);
  const steep = known.at(-1) - known[0] > 24;
  const [low, high] = [known[steep ? cut : 0], known.at(steep ? -1 - cut : -1)].map((y) => (
    Math.max(-12, Math.min(12, y ?? 0))));
  const room = 0.08 * (high - low) || 1;
  return [low - room, high + room];
}

/** Return a curve as a path, open where there is no value or where it jumps. */
function path(numbers, x, y, [low, high], jump = 0.45 * (high - low)) {
  let d = "";
  let before = null;
  numbers.forEach((number, i) => {
    const shown = number !== null && number >= 4 * low - 3 * high && number <= 4 * high - 3 * low;
    const jumps = before !== null && Math.abs(number - before) > jump;
    if (shown) d += `${before === null || jumps ? "M" : "L"}${x(i).toFixed(1)} ${y(number).toFixed(1)}`;
    before = shown ? number : null;
  });
  return d;
}

class Operations {
  constructor(root) {
    this.root = root;
    this.list = element("div", "list");
    this.search = element("input", "search", null, {
      type: "search", placeholder: "Search: a name, a symbol, a rule", "aria-label": "Search operations",
    });
    this.family = element("select", "family", null, { "aria-label": "Subject" });
    this.count = element("span", "count", null, { role: "status" });
    this.rows = element("div", "rows", null, { role: "listbox", "aria-label": "Operations" });
    this.opened = element("div", "detail");
    const top = element("div", "top");
    top.append(this.search, this.family, this.count);
    this.list.append(top, this.rows);
    root.classList.add("operations");
    root.replaceChildren(this.list, this.opened);
    this.search.addEventListener("input", () => this.filter());
    this.family.addEventListener("change", () => this.filter());
    this.list.addEventListener("keydown", (event) => this.#key(event));
  }

  take({ entries, chosen, theme }, tell) {
    this.tell = tell;
    this.root.dataset.theme = theme;
    if (!this.entries) {
      this.entries = entries;
      const families = [...new Set(entries.map(({ family }) => family))];
      this.family.replaceChildren(
        element("option", "", "All subjects", { value: "" }),
        element("option", "", "With a kink", { value: "kink" }),
        ...families.map((family) => element("option", "", family, { value: family })),
      );
      this.buttons = entries.map((entry) => this.#row(entry));
      this.rows.replaceChildren(...this.buttons);
      this.filter();
    }
    if (chosen !== this.name) this.open(chosen, false);
  }

  #row(entry) {
    const button = element("button", "row", null, {
      type: "button", role: "option", "data-name": entry.name, "aria-selected": "false", tabindex: "-1",
    });
    button.append(
      element("b", "", entry.name), typeset(entry.short, "formula"), this.#small(entry),
      element("span", "warning", entry.kink ? "▲" : "", entry.kink ? { title: "has a kink" } : {}),
    );
    button.addEventListener("click", () => this.open(entry.name, true));
    return button;
  }

  #small({ curve }) {
    const made = drawn("svg", { ...SMALL, "aria-hidden": "true" });
    if (!curve) return made;
    for (const [kind, numbers] of [["slope", curve.slopes], ["curve", curve.values]]) {
      const [low, high] = range(numbers);
      const x = (i) => 1 + (i / (numbers.length - 1)) * (SMALL.width - 2);
      const y = (v) => 2 + ((high - v) / (high - low)) * (SMALL.height - 4);
      made.append(drawn("path", { class: `line ${kind}`, d: path(numbers, x, y, [low, high], curve.jump ?? undefined) }));
    }
    return made;
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { value } = this.family;
    let shown = 0;
    const word = words.join("_");
    const rank = ({ dataset: { name } }) => (
      name === word ? 0 : name.startsWith(word) ? 1 : name.includes(word) ? 2 : 3);
    this.entries.forEach((entry, i) => {
      const text = `${entry.search} ${entry.kink ? "kink" : ""}`.toLowerCase();
      const fits = words.every((word) => text.includes(word))
        && (!value || (value === "kink" ? entry.kink : entry.family === value));
      this.buttons[i].hidden = !fits;
      shown += fits;
    });
    // What is called as was asked stands before what only mentions it.
    this.rows.append(...[...this.buttons].sort((a, b) => rank(a) - rank(b)));
    this.count.textContent = `${shown} of ${this.entries.length}`;
    this.#reach();
  }

  /** Let exactly one row be reached by Tab. */
  #reach() {
    const seen = [...this.rows.children].filter((button) => !button.hidden);
    const first = seen.find(({ dataset }) => dataset.name === this.name) ?? seen[0];
    for (const button of this.buttons) button.tabIndex = button === first ? 0 : -1;
  }

  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const seen = [...this.rows.children].filter((button) => !button.hidden);
    if (event.key === "Enter" && event.target === this.search && seen.length) {
      this.open(seen[0].dataset.name, true);
    } else if (by && event.target !== this.family) {
      seen[Math.max(0, Math.min(seen.length - 1, seen.indexOf(event.target) + by))]?.focus();
    } else return;
    event.preventDefault();
  }

  open(name, byHand) {
    this.name = name;
    const entry = this.entries.find((one) => one.name === name);
    for (const button of this.buttons) {
      button.setAttribute("aria-selected", String(button.dataset.name === name));
    }
    this.#reach();
    this.#show(entry);
    if (byHand) {
      this.tell("pick", { op: name });
      if (this.root.clientWidth < 700) this.opened.scrollIntoView();
    } else this.buttons.find(({ dataset }) => dataset.name === name)?.scrollIntoView({ block: "nearest" });
  }

  #show(entry) {
    const head = element("div", "head");
    head.append(element("h2", "", entry.name), element("span", "quiet", entry.doc.replaceAll("`", "")));
    if (entry.opens) {
      const open = element("button", "act", "Open in Explore", { type: "button" });
      open.addEventListener("click", () => this.tell("pick", { open: entry.name }));
      head.append(open);
    }
    const formulas = element("div", "formulas");
    formulas.append(typeset(entry.formula), ...entry.slopes.map(([by, formula]) => {
      const line = element("div", "slope");
      if (by) line.append(element("span", "quiet", `${by}: `));
      line.append(typeset(formula));
      return line;
    }));
    const facts = element("dl", "facts");
    const fact = (label, ...told) => {
      const value = element("dd", label === "Kink" ? "warning" : "");
      value.append(...told);
      facts.append(element("dt", "", label), value);
    };
    for (const [label, words] of entry.facts) fact(label, label === "Kink" ? `▲ ${words}` : words);
    if (entry.stable) fact("Computed as, to keep the digits", typeset(entry.stable));
    if (entry.examples.length) {
      fact("In the lecture", ...entry.examples.map(([number, name, lesson]) => {
        const link = element("button", "link", name, { type: "button", title: lesson });
        link.addEventListener("click", () => this.tell("pick", { example: number }));
        return link;
      }));
    }
    const body = element("div", "body");
    if (entry.field) body.append(this.#field(entry));
    else if (entry.curve) body.append(this.#plot(entry));
    body.append(facts);
    this.opened.replaceChildren(head, formulas, body, ...this.#table(entry));
  }

  #plot({ name, curve, head }) {
    const { width, value, slope, left, right, between, bottom } = PLOT;
    const height = value + between + slope + bottom;
    const last = curve.values.length - 1;
    const at = (i) => curve.from + i * curve.step;
    const x = (i) => left + (i / last) * (width - left - right);
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    const parts = [["curve", curve.values, 4, value - 4, "y"],
      ["slope", curve.slopes, value + between, slope, head[head.length > 2 ? head.indexOf("y") + 1 : 1]]]
      .map(([kind, numbers, top, high, title]) => {
        const ends = range(numbers);
        const y = (v) => top + ((ends[1] - v) / (ends[1] - ends[0])) * high;
        const clip = `clip-${kind}`;
        const frame = { x: left, y: top, width: width - left - right, height: high };
        const box = drawn("clipPath", { id: clip });
        box.append(drawn("rect", frame));
        svg.append(box, drawn("rect", { ...frame, class: "frame", rx: 4 }));
        for (const v of ticks(...ends, 4)) {
          svg.append(drawn("text", { class: "tick", x: left - 5, y: y(v) + 4, "text-anchor": "end" }, tick(v)));
        }
        if (ends[0] < 0 && ends[1] > 0) {
          svg.append(drawn("path", { class: "axis", d: `M${left} ${y(0)}H${width - right}` }));
        }
        const inside = drawn("g", { "clip-path": `url(#${clip})` });
        inside.append(drawn("path", { class: `line ${kind}`, d: path(numbers, x, y, ends, curve.jump ?? undefined) }));
        for (const i of curve.kinks) {
          if (numbers[i] === null) continue;
          inside.append(drawn("path", {
            class: "kink", d: "M0 -6L5.5 4H-5.5Z", transform: `translate(${x(i)} ${y(numbers[i])})`,
          }));
        }
        const mark = drawn("circle", { class: `spot ${kind === "curve" ? "value" : "derivative"}`, r: 4.5 });
        const tangent = drawn("path", { class: "line slope" });
        if (kind === "curve") inside.append(tangent);
        inside.append(mark);
        const words = drawn("text", {
          class: `words ${kind === "curve" ? "value" : "derivative"}`, x: left + 8, y: top + 15,
        });
        svg.append(inside, words);
        return { numbers, y, mark, words, title, tangent };
      });
    for (let v = -4; v <= 4; v += 1) {
      const i = Math.round((v - curve.from) / curve.step);
      svg.append(drawn("text", { class: "tick", x: x(i), y: height - 5, "text-anchor": "middle" }, tick(v)));
    }
    const slider = element("input", "", null, {
      type: "range", min: 0, max: last, step: 1, "aria-label": `${curve.along} of ${name}`,
    });
    const told = element("div", "told-at", null, { role: "status" });
    const show = () => {
      const i = Number(slider.value);
      for (const { numbers, y, mark, words, title } of parts) {
        const number = numbers[i];
        mark.setAttribute("display", number === null ? "none" : "inline");
        if (number !== null) mark.setAttribute("transform", `translate(${x(i)} ${y(number)})`);
        words.textContent = `${title} = ${number === null ? "undef" : short(number)}`;
      }
      const [curved, sloped] = parts;
      const [v, s] = [curved.numbers[i], sloped.numbers[i]];
      const reach = 0.9 / curve.step;
      const end = (by) => `${x(i + by)} ${curved.y(v + s * by * curve.step)}`;
      curved.tangent.setAttribute("d", v === null || s === null ? "" : `M${end(-reach)}L${end(reach)}`);
      const where = `${curve.along} = ${tick(at(i))}${curve.fixed && `, ${curve.fixed}`}`;
      told.textContent = where;
      const said = `${where}: ${parts.map(({ words }) => words.textContent).join(", ")}`;
      slider.setAttribute("aria-valuetext", said);
      svg.setAttribute("aria-label", `${name} and its slope; at ${said}`);
    };
    const start = curve.values.findIndex((v, i) => v !== null && at(i) >= 1);
    slider.value = start < 0 ? curve.values.findIndex((v) => v !== null) : start;
    slider.addEventListener("input", show);
    const drag = (event) => {
      if (!event.buttons) return;
      const box = svg.getBoundingClientRect();
      const part = ((event.clientX - box.left) / box.width) * width - left;
      slider.value = Math.round((part / (width - left - right)) * last);
      show();
    };
    svg.addEventListener("pointerdown", drag);
    svg.addEventListener("pointermove", drag);
    const plot = element("div", "plot");
    const bar = element("div", "along");
    bar.append(slider, told);
    plot.append(bar, svg);
    show();
    return plot;
  }

  /** Return lines of equal height over two operands, with a point that can be moved. */
  #field({ name, field, head }) {
    const { left, right, bottom } = PLOT;
    const size = FIELD;
    const last = field.numbers.length - 1;
    const low = field.from;
    const scale = size / (last * field.step);
    const [x, y] = [(v) => left + (v - low) * scale, (v) => 4 + size - (v - low) * scale];
    const svg = drawn("svg", { viewBox: `0 0 ${left + size + right} ${size + 8 + bottom}`, role: "img" });
    const frame = { x: left, y: 4, width: size, height: size };
    svg.append(drawn("rect", { ...frame, class: "frame", rx: 4 }), drawn("path", {
      class: "line level", d: field.lines, "vector-effect": "non-scaling-stroke",
      transform: `translate(${x(0)} ${y(0)}) scale(${scale} ${-scale})`,
    }));
    for (const v of ticks(low, low + last * field.step, 8)) {
      svg.append(
        drawn("text", { class: "tick", x: x(v), y: size + bottom, "text-anchor": "middle" }, tick(v)),
        drawn("text", { class: "tick", x: left - 5, y: y(v) + 4, "text-anchor": "end" }, tick(v)),
      );
    }
    const uphill = drawn("path", { class: "line slope" });
    const spot = drawn("circle", { class: "spot value", r: 4.5 });
    svg.append(uphill, spot);
    const told = element("div", "told-at", null, { role: "status" });
    const sliders = field.along.map((operand, k) => element("input", "", null, {
      type: "range", min: 0, max: last, step: 1, value: field.start[k],
      "aria-label": `${operand} of ${name}`,
    }));
    const show = () => {
      const [i, j] = sliders.map(({ value }) => Number(value));
      const [u, v] = [i, j].map((k) => field.from + k * field.step);
      const point = field.numbers[j][i];
      const [, dx, dy] = point;
      const long = Math.hypot(dx ?? 0, dy ?? 0);
      spot.setAttribute("transform", `translate(${x(u)} ${y(v)})`);
      uphill.setAttribute("d", long && dx !== null && dy !== null
        ? `M${x(u)} ${y(v)}l${(48 * dx) / long} ${(-48 * dy) / long}` : "");
      const titles = ["y", ...head.slice(3)];
      const where = field.along.map((operand, k) => `${operand} = ${tick([u, v][k])}`).join(", ");
      const numbers = titles.map((title, k) => (
        `${title} = ${point[k] === null || point[k] === undefined ? "undef" : short(point[k])}`));
      told.replaceChildren(element("span", "", where), ...numbers.map((words, k) => (
        element("span", k ? "derivative" : "value", words))));
      sliders.forEach((slider) => slider.setAttribute("aria-valuetext", `${where}: ${numbers.join(", ")}`));
      svg.setAttribute("aria-label", `Level lines of ${name}, with the gradient; at ${where}: ${numbers.join(", ")}`);
    };
    const drag = (event) => {
      if (!event.buttons) return;
      const box = svg.getBoundingClientRect();
      const zoom = (left + size + right) / box.width;
      const at = [(event.clientX - box.left) * zoom - left, 4 + size - (event.clientY - box.top) * zoom];
      at.forEach((px, k) => { sliders[k].value = Math.round((px / size) * last); });
      show();
    };
    for (const kind of ["pointerdown", "pointermove"]) svg.addEventListener(kind, drag);
    const plot = element("div", "plot field");
    const bar = element("div", "along");
    sliders.forEach((slider, k) => {
      slider.addEventListener("input", show);
      bar.append(element("span", "", field.along[k]), slider);
    });
    plot.append(bar, told, svg);
    show();
    return plot;
  }

  #table({ head, values, name }) {
    if (!values.length) return [];
    const table = element("table", "", null, { "aria-label": `Values of ${name}` });
    const operands = head.indexOf("y");
    head.forEach((title, i) => {
      const kind = i < operands ? "" : i === operands ? "value" : "derivative";
      const line = element("tr");
      line.append(element("th", "", title, { scope: "row" }));
      for (const row of values) line.append(element("td", kind, row[i]));
      table.append(line);
    });
    const host = element("div", "values", null, { tabindex: "0", role: "group" });
    host.append(table);
    return [host];
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  let page = pages.get(root);
  if (!page) pages.set(root, (page = new Operations(root)));
  page.take(data, setTriggerValue);
}
