// A network as neurons: each unit's answer over the plane, weights as lines, and one unit opened.

const CARD = 60;
const pictures = new WeakMap();

class Neurons {
  constructor(root) {
    this.root = root;
    this.scroll = element("div", "scroll");
    this.opened = element("div", "opened");
    root.replaceChildren(this.scroll, this.opened);
    this.watch = new ResizeObserver(() => this.#sized());
    this.watch.observe(root);
  }

  take(data, tell) {
    this.tell = tell;
    this.data = data;
    this.root.dataset.theme = data.theme;
    this.draw();
  }

  #sized() {
    if (this.data && this.root.clientWidth !== this.width) this.draw();
  }

  draw() {
    const { data } = this;
    this.width = this.root.clientWidth || 640;
    const layers = data.layers;
    const width = Math.max(this.width, 108 * layers.length + 64);
    const height = data.height;
    const active = this.scroll.querySelector(":focus")?.dataset.key;
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": data.alt });
    const gap = (width - 92 - CARD - 12) / Math.max(1, layers.length - 1);
    const place = (layer, unit) => {
      const { units, more } = layers[layer];
      const pitch = (height - (more ? 18 : 0)) / units.length;
      const tall = Math.max(14, Math.min(42, pitch - 22));
      return { x: 4 + layer * gap, y: pitch * (unit + 0.5) - (tall + 18) / 2, tall, pitch };
    };
    const most = data.lines.map(([, , , w]) => Math.abs(w)).reduce((a, b) => Math.max(a, b), 1e-9);
    for (const [layer, unit, before, weight] of data.lines) {
      const from = place(layer - 1, before), to = place(layer, unit);
      const a = from.x + CARD, b = from.y + from.tall / 2, c = to.x, d = to.y + to.tall / 2;
      const chosen = data.chosen === layers[layer].units[unit].key;
      const line = drawn("path", {
        class: `weight${chosen ? " chosen" : ""}`,
        d: `M${a} ${b}C${a + gap * 0.3} ${b} ${c - gap * 0.3} ${d} ${c} ${d}`,
        "stroke-width": (0.4 + 4.2 * Math.abs(weight) / most).toFixed(2),
      });
      if (weight < 0) line.setAttribute("stroke-dasharray", "6 4");
      line.append(drawn("title", {}, `w = ${numeral(weight)}`));
      svg.append(line);
    }
    layers.forEach((layer, l) => {
      layer.units.forEach((unit, u) => svg.append(this.#unit(unit, place(l, u))));
      if (layer.more) {
        svg.append(drawn("text", { class: "words", x: 4 + l * gap, y: height - 3 }, filled(data.words.more, { count: layer.more })));
      }
    });
    this.#goal(svg, layers, place, width);
    this.scroll.replaceChildren(svg);
    if (active) svg.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus();
    this.#open();
  }

  #unit(unit, { x, y, tall, pitch }) {
    const chosen = unit.key === this.data.chosen;
    const group = drawn("g", {
      class: `unit${chosen ? " chosen" : ""}${unit.fate ? " flat" : ""}`,
      "aria-label": unit.alt, "data-key": unit.key,
    });
    const box = { x, y, width: CARD, height: tall };
    group.append(drawn("rect", { ...box, rx: 6, class: "card" }));
    if (unit.image) {
      group.append(drawn("image", { x: x + 1, y: y + 1, width: CARD - 2, height: tall - 2, href: unit.image, preserveAspectRatio: "none" }));
    }
    (unit.bars ?? []).forEach((share, k, all) => {
      const wide = (CARD - 4) / all.length, high = share * (tall - 4);
      group.append(drawn("rect", { class: "histogram", x: x + 2 + k * wide, y: y + tall - 2 - high, width: wide, height: high }));
    });
    group.append(drawn("rect", { ...box, rx: 6, class: "outline" }));
    const below = drawn("text", { class: "numbers", x: x - 4, y: y + tall + 15 });
    below.append(drawn("tspan", { class: "letter" }, unit.letter));
    if (unit.below) below.append(drawn("tspan", { class: "below", dy: 3 }, unit.below));
    below.append(drawn("tspan", { class: "value", dx: 5, dy: unit.below ? -3 : 0 }, unit.value));
    if (unit.adjoint) below.append(drawn("tspan", { class: "derivative", dx: 5 }, unit.adjoint));
    group.append(below);
    if (unit.fate) {
      // Where rows stand close, the mark alone; the words stand in the line below the picture.
      const words = pitch > 66 ? `▲ ${this.data.words[unit.fate]}` : "▲";
      group.append(drawn("text", pitch > 66
        ? { class: "fate", x: x + CARD / 2, y: y - 4, "text-anchor": "middle" }
        : { class: "fate", x: x + CARD + 3, y: y + tall / 2 + 4 }, words));
    }
    if (unit.picks) {
      group.setAttribute("role", "button");
      group.setAttribute("tabindex", "0");
      group.setAttribute("aria-pressed", String(chosen));
      const pick = () => this.tell(unit.key);
      group.addEventListener("click", pick);
      group.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick();
      });
    }
    return group;
  }

  #goal(svg, layers, place, width) {
    const { goal } = this.data;
    const last = layers.length - 1;
    const x = width - 66;
    layers[last].units.forEach((_, u) => {
      const from = place(last, u);
      svg.append(drawn("path", { class: "to-goal", d: `M${from.x + CARD} ${from.y + from.tall / 2}L${x - 4} ${this.data.height / 2 - 9}` }));
    });
    const y = this.data.height / 2;
    svg.append(
      named({ x, y: y - 32, class: "goal" }, goal.letter, ""),
      drawn("text", { class: "numbers value", x, y: y - 14 }, goal.value),
      drawn("text", { class: "numbers derivative", x, y: y + 2 }, "1"),
    );
  }

  #open() {
    const { opened } = this.data;
    this.opened.replaceChildren();
    if (!opened) return;
    const heading = element("h3");
    heading.append(element("span", "", opened.heading), letters(opened.letter, opened.below), element("span", "", opened.rest));
    const rows = element("div", "products");
    for (const product of opened.products) {
      const row = element("div", "product");
      const name = element("b");
      name.append(...(product.factor
        ? [letters(product.name, product.below), letters(product.factor, product.factor_below)]
        : [letters(product.name, product.below)]));
      row.append(name, element("span", "partial", product.written), element("span", "value", product.value));
      rows.append(row);
    }
    const sum = element("div", "sum");
    const card = (of, formula, value, adjoint) => {
      const made = element("div", "step");
      const first = element("div");
      first.append(letters(of[0], of[1]), element("span", "", formula));
      const second = element("div");
      second.append(element("span", "value", value), element("span", "derivative", adjoint));
      made.append(first, second);
      return made;
    };
    sum.append(card(opened.sum, opened.sum_formula, opened.sum_value, opened.sum_adjoint));
    if (opened.unit_formula) {
      sum.append(element("div", opened.fate ? "arrow flat" : "arrow", opened.slope),
        card([opened.letter, opened.below], opened.unit_formula, opened.value, opened.adjoint));
    }
    const both = element("div", "both");
    both.append(rows, sum);
    this.opened.append(heading, both);
    const sentence = element("p", opened.fate ? "sentence flat" : "sentence");
    if (opened.fate) sentence.append(element("b", "warning", `▲ ${this.data.words[opened.fate]} `));
    sentence.append(element("span", "", opened.sentence));
    this.opened.append(sentence);
  }

  end() {
    this.watch.disconnect();
  }
}

/** Return a name: its letter in italics, what follows lowered. */
function letters(letter, below) {
  const made = element("i", "letter", letter);
  if (below) made.append(element("sub", "", below));
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  let picture = pictures.get(root);
  if (!picture) pictures.set(root, (picture = new Neurons(root)));
  picture.take(data, (pick) => setTriggerValue("pick", pick));
  return () => {
    picture.end();
    pictures.delete(root);
  };
}
