// A network as neurons: each unit's answer, its adjoint as a tint, weights as lines, mean adjoints
// by layer under their columns, and one unit opened. Numbers move between what the server sends.

const FLOW = { high: 66, top: 34, foot: 22 };
const LINES = 400; // from so many on, only those of the chosen unit
const pictures = new WeakMap();

class Neurons {
  constructor(root) {
    this.root = root;
    this.canvas = element("canvas", "", null, { "aria-hidden": "true" });
    this.units = element("div", "units");
    this.opened = element("div", "opened");
    this.stage = element("div", "stage");
    this.stage.append(this.canvas, this.units);
    root.replaceChildren(this.stage, this.opened);
    this.moving = new Moving((shown) => this.draw(shown));
    this.small = element("canvas");
    this.watch = new ResizeObserver(() => this.#sized());
    this.watch.observe(root);
    this.stage.addEventListener("click", (event) => this.#clicked(event));
    root.dataset.states = root.dataset.frames = 0;
  }

  take(data, tell) {
    this.tell = tell;
    this.data = data;
    this.root.dataset.theme = data.theme;
    this.root.dataset.states = Number(this.root.dataset.states) + 1;
    const style = getComputedStyle(this.root);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.#place();
    this.#overlay();
    this.#open();
    const log = (sizes) => sizes.map((x) => (x === null ? -2 : placed(x)));
    this.moving.take({
      weights: Float32Array.from(data.weights.flat()),
      answers: Float32Array.from(atob(data.answers), (c) => c.charCodeAt(0)),
      sizes: Float32Array.from(log(data.layers.flatMap((units) => units.map((u) => u.size)))),
      flow: Float32Array.from(log(data.flow.flatMap((run) => run.sizes))),
      xs: Float32Array.from(this.xs),
    });
  }

  #sized() {
    if (!this.data || this.root.clientWidth === this.width) return;
    this.#place();
    this.#overlay();
    this.moving.take({ ...this.moving.to, xs: Float32Array.from(this.xs) });
  }

  // Where things stand

  #place() {
    const { layers, more, bars } = this.data;
    const width = (this.width = this.root.clientWidth || 672);
    const rows = Math.max(...layers.map((units) => units.length)), count = layers.length;
    this.wide = rows <= 5 && width / count >= 124;
    const [w, h] = this.wide ? [60, 42] : rows > 11 ? [Math.min(42, width / count - 16), 0]
      : rows > 7 || count > 8 || width / count < 66 ? [26, 20] : [42, 30];
    Object.assign(this, { w: Math.max(12, w), h, bar: this.wide ? 0 : h ? 7 : 8 });
    this.high = this.wide ? 320 : 300;
    const names = this.wide ? 18 : 0;
    const chosen = Number(this.data.chosen.split(".")[0]);
    const gap = this.wide || chosen >= count - 1 ? 0 : Math.min(58, width / 12);
    const pitch = (width - 84 - gap - this.w - 4) / Math.max(1, count - 1);
    this.xs = layers.map((_, l) => 4 + l * pitch + (l > chosen ? gap : 0));
    this.ys = layers.map((units, l) => {
      const free = this.high - (more.some(Boolean) ? 18 : 0);
      const step = Math.min(units.length > 3 || this.wide ? 78 : 140, free / units.length);
      const least = (free - step * units.length) / 2;
      const tall = this.h + (this.bar ? this.bar + 2 : 0) + names;
      return units.map((_, u) => least + step * (u + 0.5) - tall / 2);
    });
    this.tall = this.h || this.bar;
    this.below = this.high + (this.data.flow.some((run) => run.sizes.length) ? FLOW.top + FLOW.high + FLOW.foot : 0);
    this.stage.style.height = `${this.below}px`;
  }

  // What is drawn at every frame

  draw(shown) {
    const { data, w, h, bar, ys } = this, { theme } = data;
    const ctx = pen(this.canvas, this.width, this.below);
    this.root.dataset.frames = Number(this.root.dataset.frames) + 1;
    const xs = [...shown.xs], ink = this.colour("ink"), edge = this.colour("card-line");
    const middle = (l, u) => ys[l][u] + this.tall / 2;
    const chosen = this.hover ?? data.chosen;
    let at = 0;
    const most = shown.weights.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    const all = shown.weights.length <= LINES;
    const line = (l, u, v, weight, strong) => {
      const a = xs[l - 1] + w, b = middle(l - 1, v), c = xs[l], d = middle(l, u), bend = (c - a) * 0.4;
      ctx.beginPath();
      ctx.moveTo(a, b);
      ctx.bezierCurveTo(a + bend, b, c - bend, d, c, d);
      ctx.lineWidth = 0.5 + (this.wide ? 3.2 : 2.1) * Math.abs(weight) / most;
      ctx.setLineDash(weight < 0 ? [4, 3] : []);
      ctx.strokeStyle = strong ? ink : this.colour("partial");
      ctx.globalAlpha = strong ? 0.9 : 0.33;
      ctx.stroke();
    };
    const later = [];
    data.layers.slice(1).forEach((units, k) => units.forEach((unit, u) => {
      data.layers[k].forEach((before, v) => {
        const mine = unit.key === chosen || before.key === chosen;
        if (mine) later.push([k + 1, u, v, shown.weights[at], true]);
        else if (all) line(k + 1, u, v, shown.weights[at], false);
        at += 1;
      });
    }));
    for (const one of later) line(...one);
    const end = xs.length - 1, goal = this.width - 76;
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.strokeStyle = this.colour("edge");
    ctx.lineWidth = 1;
    data.layers[end].forEach((_, u) => {
      ctx.beginPath();
      ctx.moveTo(xs[end] + w, middle(end, u));
      ctx.lineTo(goal - 5, this.high / 2 - 4);
      ctx.stroke();
    });
    const [columns, rows] = data.shape, size = columns * rows;
    const ground = rgb(this.colour("ground")), value = rgb(this.colour("value"));
    let n = 0;
    data.layers.forEach((units, l) => units.forEach((unit, u) => {
      const x = xs[l], y = ys[l][u], answers = shown.answers.subarray(n * size, (n + 1) * size);
      if (h) {
        ctx.save();
        ctx.beginPath();
        ctx.roundRect(x, y, w, h, 5);
        ctx.clip();
        ctx.fillStyle = this.colour("card");
        ctx.fillRect(x, y, w, h);
        if (data.bars) this.#histogram(ctx, answers, x, y);
        else this.#answer(ctx, answers, x, y, ground, value);
        ctx.restore();
        ctx.strokeStyle = unit.key === data.chosen ? ink : unit.fate ? this.colour("warning") : edge;
        ctx.lineWidth = unit.key === data.chosen ? 2.25 : 1.25;
        ctx.beginPath();
        ctx.roundRect(x, y, w, h, 5);
        ctx.stroke();
      }
      const place = shown.sizes[n];
      if (bar && (place > -1.5 || !h)) {
        ctx.beginPath();
        ctx.roundRect(x, y + (h ? h + 2 : 0), w, bar, 2.5);
        ctx.fillStyle = place > -1.5 ? tint(place, theme) : this.colour("card");
        ctx.fill();
        ctx.strokeStyle = !h && unit.key === data.chosen ? ink : this.colour("outline");
        ctx.lineWidth = !h && unit.key === data.chosen ? 2 : 0.8;
        ctx.stroke();
      }
      n += 1;
    }));
    this.#flow(ctx, shown, xs);
  }

  #answer(ctx, answers, x, y, ground, value) {
    const [columns, rows] = this.data.shape;
    Object.assign(this.small, { width: columns, height: rows });
    const brush = this.small.getContext("2d"), image = brush.createImageData(columns, rows);
    for (let k = 0; k < answers.length; k += 1) {
      const share = (0.85 * answers[k]) / 255;
      for (let c = 0; c < 3; c += 1) image.data[4 * k + c] = ground[c] + share * (value[c] - ground[c]);
      image.data[4 * k + 3] = 255;
    }
    brush.putImageData(image, 0, 0);
    ctx.drawImage(this.small, x, y, this.w, this.h);
  }

  #histogram(ctx, answers, x, y) {
    ctx.fillStyle = this.colour("value");
    const wide = this.w / answers.length;
    answers.forEach((a, k) => ctx.fillRect(x + k * wide, y + this.h * (1 - a / 255), wide - 0.5, this.h * a / 255));
  }

  /** Mean |adjoint| by layer under its column: a bar for the run, a dark line for the other. */
  #flow(ctx, shown, xs) {
    const [mine, other] = this.data.flow;
    if (!mine.sizes.length) return;
    const low = this.high + FLOW.top + FLOW.high;
    const apart = (xs.at(-1) - xs[1]) / Math.max(1, xs.length - 2);
    const wide = Math.min(this.w + 12, 60, apart - 8);
    // Where the first bar leaves no room for the axis, it stands on the other side, over the output.
    const first = xs[1] + this.w / 2 - wide / 2, narrow = first < 60;
    const every = Math.max(mine.sizes.length > 12 ? 2 : 1, Math.ceil(40 / apart));
    const { words } = this.data;
    ctx.textAlign = "left";
    ctx.fillStyle = this.colour("ink");
    ctx.font = `600 15px ${this.colour("numbers")}`;
    ctx.fillText(words.flow, 0, this.high + 12);
    const after = ctx.measureText(words.flow).width + 8;
    ctx.fillStyle = this.colour("quiet");
    ctx.font = `12.5px ${this.colour("numbers")}`;
    ctx.fillText(filled(other ? words.two_flows : words.one_flow, { count: this.data.asked }), after, this.high + 12);
    ctx.font = `12px ${this.colour("numbers")}`;
    ctx.lineWidth = 1;
    ctx.textAlign = "right";
    for (const power of [0, -2, -4]) {
      const y = low - (FLOW.high - 12) * (1 + power / 4) - 8;
      ctx.strokeStyle = this.colour("line");
      ctx.beginPath();
      ctx.moveTo(narrow ? first : 58, y);
      ctx.lineTo(narrow ? this.width - 38 : this.width, y);
      ctx.stroke();
      ctx.fillStyle = this.colour("quiet");
      ctx.fillText(power === 0 ? "1" : power === -2 ? "10⁻²" : "10⁻⁴", narrow ? this.width : 50, y + 4);
    }
    ctx.textAlign = "center";
    mine.sizes.forEach((size, k) => {
      const x = xs[k + 1] + this.w / 2 - wide / 2, place = shown.flow[k];
      const tall = place < 0 ? 2 : 8 + (FLOW.high - 12) * place;
      ctx.fillStyle = tint(place, this.data.theme);
      ctx.strokeStyle = this.colour("outline");
      ctx.fillRect(x, low - tall, wide, tall);
      ctx.strokeRect(x, low - tall, wide, tall);
      const second = other && other.sizes[k] !== undefined ? shown.flow[mine.sizes.length + k] : null;
      if (second !== null) {
        ctx.fillStyle = this.colour("dark-line");
        ctx.fillRect(x - 3, low - (second < 0 ? 1 : 8 + (FLOW.high - 12) * second) - 1, wide + 6, 2.5);
      }
      if ((mine.sizes.length - 1 - k) % every) return;
      ctx.fillStyle = this.colour("derivative");
      ctx.font = `600 12px ${this.colour("numbers")}`;
      ctx.fillText(mine.words[k], x + wide / 2, low - tall - 5);
      ctx.fillStyle = this.colour("ink");
      ctx.font = `italic 15px ${this.colour("letters")}`;
      ctx.fillText("h", x + wide / 2 - 4, low + 16);
      ctx.font = `10px ${this.colour("numbers")}`;
      ctx.fillText(k + 1, x + wide / 2 + 4 + (k > 8 ? 3 : 0), low + 19);
    });
  }

  // What can be heard, focused and clicked: a button on every unit

  #overlay() {
    const { data } = this;
    const active = this.units.querySelector(":focus")?.dataset.key;
    this.units.replaceChildren();
    data.layers.forEach((units, l) => {
      units.forEach((unit, u) => this.units.append(this.#unit(unit, l, u)));
      if (data.more[l]) {
        const words = element("span", "words more", filled(data.words.more, { count: data.more[l] }));
        words.style.left = `${this.xs[l]}px`;
        words.style.top = `${this.high - 16}px`;
        this.units.append(words);
      }
    });
    const goal = element("span", "goal");
    goal.style.left = `${this.width - 72}px`;
    // Its three lines end above the name of the output unit, which may reach below them.
    goal.style.top = `${this.high / 2 - (this.wide ? 44 : 26)}px`;
    goal.append(letters(data.goal.letter, ""), element("span", "value", data.goal.value), element("span", "derivative", "1"));
    this.units.append(goal);
    this.units.setAttribute("role", "group");
    this.units.setAttribute("aria-label", data.alt);
    if (active) this.units.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus();
  }

  #unit(unit, l, u) {
    const last = this.data.layers.length - 1;
    const chosen = unit.key === this.data.chosen;
    const made = element(unit.picks ? "button" : "span", `unit${chosen ? " chosen" : ""}`, null, {
      "aria-label": unit.alt, "data-key": unit.key, ...(unit.picks ? { type: "button", "aria-pressed": String(chosen) } : { role: "img" }),
    });
    Object.assign(made.style, { left: `${this.xs[l]}px`, top: `${this.ys[l][u]}px`, width: `${this.w}px`, height: `${this.tall}px` });
    const tag = element("span", `tag${this.wide ? " under" : u ? "" : " top"}`, null, { "aria-hidden": "true" });
    // Blanks between them: what is seen and what is heard are compared word by word.
    tag.append(letters(unit.letter, unit.below), " ", element("span", "value", unit.value));
    if (unit.adjoint) tag.append(" ", element("span", "derivative", unit.adjoint));
    if (unit.fate) tag.append(" ", element("span", "warning", `▲ ${this.data.words[unit.fate]}`));
    made.append(tag);
    if (unit.fate && !this.wide) made.append(element("span", "mark warning", "▲", { "aria-hidden": "true" }));
    if (!this.wide && (l === 0 || l === last) && this.h) {
      const name = element("span", "name", null, { "aria-hidden": "true" });
      name.append(letters(unit.letter, unit.below));
      made.append(name);
    }
    const hover = (key) => {
      this.hover = key;
      this.draw(this.moving.shown);
    };
    made.addEventListener("pointerenter", () => (this.waiting = setTimeout(() => hover(unit.key), 80)));
    made.addEventListener("pointerleave", () => {
      clearTimeout(this.waiting);
      if (this.hover !== undefined) hover(undefined);
    });
    if (unit.picks) {
      made.addEventListener("click", () => this.tell("pick", unit.key));
      made.addEventListener("keydown", (event) => this.#walk(event, l, u));
    }
    return made;
  }

  /** Arrow keys go from unit to unit. */
  #walk(event, l, u) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const units = this.data.layers[l + step[0]];
    const next = units?.[step[0] ? Math.min(u, units.length - 1) : u + step[1]];
    if (next) this.units.querySelector(`[data-key="${CSS.escape(next.key)}"]`)?.focus();
  }

  /** A click on a line goes to its weight in the unit's table. */
  #clicked(event) {
    if (event.target !== this.canvas && event.target !== this.units) return;
    const box = this.canvas.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let best = 5, found = null;
    this.data.layers.slice(1).forEach((units, k) => units.forEach((unit, u) => this.data.layers[k].forEach((_, v) => {
      const a = this.xs[k] + this.w, c = this.xs[k + 1];
      if (px < a || px > c) return;
      const t = (px - a) / (c - a), ease = t * t * (3 - 2 * t);
      const b = this.ys[k][v] + this.tall / 2, d = this.ys[k + 1][u] + this.tall / 2;
      const far = Math.abs(b + ease * (d - b) - py);
      if (far < best) [best, found] = [far, [unit.key, v]];
    })));
    if (!found) return;
    this.wanted = found[1];
    if (found[0] === this.data.chosen) this.#focus();
    else this.tell("pick", found[0]);
  }

  #focus() {
    const field = this.opened.querySelectorAll("input")[this.wanted];
    this.wanted = undefined;
    if (!field) return;
    field.focus();
    field.select();
  }

  // The unit that is opened

  #open() {
    const { opened, words } = this.data;
    if (this.opened.contains(document.activeElement?.shadowRoot?.activeElement ?? this.root.getRootNode().activeElement)) return;
    this.opened.replaceChildren();
    if (!opened) return;
    const heading = element("h3");
    heading.append(element("span", "", words.neuron), letters(opened.letter, opened.below), element("span", "quiet", words.at_point));
    const both = element("div", "both"), right = element("div", "right");
    const sum = element("div", "sum");
    const card = (of, formula, value, adjoint, strong) => {
      const made = element("div", `step${strong ? " strong" : ""}`), first = element("div"), second = element("div", "two");
      first.append(letters(of[0], of[1]), element("span", "", formula));
      second.append(element("span", "value", value), element("span", "derivative", adjoint));
      made.append(first, second);
      return made;
    };
    sum.append(card(["z", ""], " = ∑ w h + b", opened.sum_value, opened.sum_adjoint, !opened.op));
    if (opened.op) {
      const arrow = element("div", `arrow${opened.fate ? " flat" : ""}`);
      arrow.append(element("span", "", `${opened.op}′`), element("span", "", opened.slope));
      sum.append(arrow, card([opened.letter, opened.below], ` = ${opened.op} z`, opened.value, opened.adjoint, true));
    }
    right.append(sum);
    opened.sentences.forEach((sentence, k) => {
      const made = element("p", "sentence");
      if (k === 0 && opened.fate) made.append(element("b", "warning", `▲ ${words[opened.fate]} `));
      made.append(element("span", "", sentence));
      right.append(made);
    });
    both.append(this.#table(opened), right);
    this.opened.append(heading, both);
    if (this.wanted !== undefined) this.#focus();
  }

  #table({ rows, rest, key }) {
    const { words } = this.data;
    const table = element("table", "weights", null, { "aria-label": words.weights });
    const head = element("tr");
    for (const word of ["from", "weight", "value", "product", "share"]) head.append(element("th", "", words[word], { scope: "col" }));
    table.append(head);
    for (const row of rows) {
      const line = element("tr"), from = element("th", "", null, { scope: "row" }), cell = element("td");
      from.append(row.letter ? letters(row.letter, row.below) : element("span", "", words.bias));
      const field = element("input", "partial", null, { value: row.weight, inputmode: "decimal", "aria-label": filled(words.weight_of, { from: row.letter ? `${row.letter} ${row.below}` : words.bias }) });
      field.addEventListener("change", () => this.tell("edit", [key, row.at, field.value]));
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") field.blur();
        if (event.key !== "Escape") return;
        field.value = row.weight;
        field.blur();
      });
      cell.append(field);
      line.append(from, cell, element("td", "value", row.value), element("td", "value", row.product), element("td", "derivative", row.share));
      table.append(line);
    }
    if (rest) {
      const line = element("tr");
      line.append(element("th", "", filled(words.others, { count: rest.count }), { scope: "row" }), element("td"), element("td"), element("td", "value", rest.product), element("td"));
      table.append(line);
    }
    return table;
  }

  end() {
    this.watch.disconnect();
    this.moving.end();
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
  picture.take(data, (what, value) => setTriggerValue(what, value));
  return () => {
    picture.end();
    pictures.delete(root);
  };
}
