// The drawing: cards and edges at the places that Python has laid out, with pan and zoom.

const HEAD = 9; // length of an arrow head; a line ends this far before its tip
const LIT_HEAD = 11;
const SMALLEST_FIT = { wide: 0.72, narrow: 0.84 }; // below, text is too small: panned instead
const LARGEST_FIT = 1.08; // a drawing of nearly the page's width is stretched to its margins
const LARGE = 1240; // px of width from which a drawing may be enlarged
const LARGE_FIT = 1.45;
const HALL_FIT = 1.9; // on the screen of a lecture hall, a small drawing is enlarged so far
const SCALES = [0.2, 3];
const INSET = [3, 10]; // where the stage begins in its window

class Graph {
  constructor(words, act) {
    this.words = words;
    this.act = act;
    this.root = element("div", "figure", null, { role: "group", "aria-label": words.graph });
    this.legend = element("div", "legend");
    this.view = element("div", "view");
    this.stage = element("div", "stage");
    this.view.append(this.stage);
    this.tools = this.#tools();
    this.changes = element("div", "changes");
    this.change = { fold: this.#change("fold"), unfold: this.#change("unfold") };
    this.root.append(this.legend, this.changes, this.view, this.tools);
    this.scale = 1;
    this.shift = [0, 0];
    this.atFit = true;
    this.#listen();
  }

  // Building

  /** Draw a run's cards and edges in a layout for a screen. */
  build(run, name, layout) {
    const focused = this.root.getRootNode().activeElement?.dataset?.node;
    this.run = run;
    this.name = name;
    this.layout = layout;
    this.atFit = true;
    this.root.hidden = !this.layout.width;
    this.at = null;
    this.stage.replaceChildren();
    this.stage.style.width = `${this.layout.width}px`;
    this.stage.style.height = `${this.layout.height}px`;
    this.stage.classList.toggle("compact", this.layout.compact ?? false);
    this.stage.classList.toggle("part", Boolean(this.layout.own));
    this.grounds = this.layout.grounds.map((ground) => this.#ground(ground));
    const drawing = drawn("svg", {
      width: this.layout.width, height: this.layout.height,
      role: "img", "aria-label": run.payload.alt,
    });
    this.edges = new Map();
    this.cards = new Map();
    const labels = [];
    for (const edge of run.payload.edges) {
      const made = this.#edge(edge, this.layout.edges[edge.id]);
      if (!made) continue;
      drawing.append(made.group);
      if (made.label) labels.push(made.label);
      this.edges.set(edge.id, made);
    }
    this.flow = drawn("g", { class: "flow" });
    this.flow.append(drawn("path", { class: "line" }), drawn("polygon", { class: "head" }));
    drawing.append(this.flow);
    this.stage.append(...this.grounds.map(({ area }) => area), drawing, ...labels);
    for (const node of run.payload.nodes) {
      const place = this.layout.nodes[node.id];
      if (!place) continue;
      const made = this.#card(node, place);
      this.cards.set(node.id, made);
      this.stage.append(made.card);
    }
    this.#legend();
    this.reachable = this.cards.has(focused) ? focused : this.cards.keys().next().value;
    this.cards.get(this.reachable)?.hit.setAttribute("tabindex", "0");
    if (this.cards.has(focused)) this.cards.get(focused).hit.focus({ preventScroll: true });
  }

  #edge(edge, route) {
    if (!route) return null;
    const group = drawn("g", { class: "edge", "data-hot": edge.id });
    const [x, y] = route.d.match(/-?[\d.]+/g).slice(-2).map(Number);
    const [cx, cy] = route.tip;
    const head = route.ring
      ? drawn("circle", { class: "ring", cx, cy, r: 2.6 })
      : drawn("polygon", { class: "head", points: arrow([x, y], route.tip, HEAD, 3.4) });
    const beside = this.name === "narrow" ? [cx, cy - 2.6] : [cx - 2.6, cy];
    const { own, parts } = this.layout;
    const onMap = parts && !own;
    const d = route.ring ? `${route.d}L${beside}` : onMap ? `${route.d}L${route.tip}` : route.d;
    group.append(drawn("path", { class: "reach", d: route.d }), drawn("path", { class: "line", d }));
    if (!onMap) group.append(head);
    const made = { edge, route, group, shown: "", views: {} };
    if (route.ring) {
      made.rows = 1;
      made.brief = this.name === "narrow";
      made.label = element("div", "label start");
    } else if (route.label) {
      const { x: left, y: top, w, h, align, rows = 1 } = route.label;
      made.rows = rows;
      made.brief = this.layout.compact;
      made.level = align === "middle" && rows === 2;
      made.label = element("div", `label ${align}${rows === 2 ? " two" : ""}`);
      made.label.classList.toggle("level", made.level);
      made.label.dataset.hot = edge.id;
      Object.assign(made.label.style, {
        left: `${left - w / 2}px`, top: `${top - h / 2}px`, width: `${w}px`, height: `${h}px`,
      });
    }
    return made;
  }

  /** Return the quiet ground behind the nodes of a module, with its title. */
  #ground({ x, y, w, h, title, nodes }) {
    const area = element("div", "ground", title);
    Object.assign(area.style, {
      left: `${x - w / 2}px`, top: `${y - h / 2}px`, width: `${w}px`, height: `${h}px`,
    });
    return { area, nodes: new Set(nodes) };
  }

  #card(node, { x, y, w, h, form = "card", upper, last, stacked, formula = node.formula }) {
    const card = element("div", `card ${node.role}`);
    // What is seen is mathematics; what is heard and pressed lies over it and says it in words.
    const hit = element("div", "hit", null, { role: "button", tabindex: "-1" });
    hit.dataset.node = node.id;
    card.classList.add(`form-${form}`);
    card.classList.toggle("with-rows", upper !== undefined);
    card.classList.toggle("last", last ?? false);
    card.classList.toggle("stacked", stacked ?? false);
    card.dataset.node = node.id;
    card.dataset.hot = node.id;
    const inset = form === "row" ? 1 : 0; // a row lies inside the frame of its card
    Object.assign(card.style, {
      left: `${x - w / 2 + inset}px`, top: `${y - h / 2}px`,
      width: `${w - 2 * inset}px`, height: `${h - (last ? 1 : 0)}px`,
    });
    const hidden = { "aria-hidden": "true" };
    const head = element("div", "head", null, hidden);
    head.append(typeset(node.name, "name"));
    if (formula) head.append(sign("="), typeset(formula, "formula"));
    const numbers = element("div", "numbers", null, hidden);
    const value = element("span", "value");
    const derivative = element("span", "derivative");
    numbers.append(value);
    if (node.derivative) numbers.append(derivative);
    card.append(head, numbers);
    if (node.mark) {
      card.classList.add("warned");
      if (node.mark.kind !== "undefined") {
        const mark = element("span", "warning", null, hidden);
        mark.append(warningMark(), node.mark.word);
        card.append(mark);
      }
    }
    card.append(hit);
    return { node, card, hit, head, value, derivative, shown: {} };
  }

  #legend() {
    const { words, run } = this;
    const flow = element("span", "derivative");
    flow.append(typeset(run.payload.symbol), ` ${words[run.reverse ? "adjoint" : "tangent"]}`);
    this.legend.replaceChildren(
      element("span", "value", words.value), flow, element("span", "partial", words.partial),
    );
  }

  /** Make long formulas fit their cards; to be called when the fonts are there. */
  fitText() {
    const cards = [...this.cards.values()];
    for (const { head } of cards) head.style.setProperty("--fit", "1");
    const room = cards.map(({ head, card }) => [card.clientWidth - 16, head.scrollWidth]);
    cards.forEach(({ head }, i) => {
      const [has, needs] = room[i];
      if (needs > has) head.style.setProperty("--fit", Math.max(0.55, has / needs));
    });
  }

  // A step

  /** Show what is known at a step, and light the step's place. */
  show(at) {
    const { run } = this;
    const step = run.steps[at];
    for (const made of this.cards.values()) this.#showCard(made, at, step);
    for (const made of this.edges.values()) this.#showEdge(made, at, step);
    for (const { area, nodes } of this.grounds) area.classList.toggle("now", nodes.has(step.node));
    this.#showFlow(step);
    this.#showChanges(run.nodes.get(step.node));
    this.at = at;
    if (!this.atFit || this.overflows) this.#follow(step);
  }

  #showCard(made, at, step) {
    const { node, card, hit, shown } = made;
    for (const kind of ["value", "derivative"]) {
      const event = this.run.known(`${kind}:${node.id}`, at);
      if (shown[kind] === event) continue;
      shown[kind] = event;
      if (kind === "value" || node.derivative) putNumber(made[kind], event?.number, this.words);
      const open = Boolean(event) && !this.run.isComplete(`${kind}:${node.id}`, event);
      made[kind].classList.toggle("more", open);
    }
    const lit = step.node === node.id;
    const source = step.source === node.id;
    const mode = lit ? `goal ${step.phase}` : source ? `source ${step.phase}` : "";
    if (shown.mode !== mode || shown.at === undefined) {
      card.classList.remove("goal", "source", "values", "partials", "tangents", "adjoints");
      if (mode) card.classList.add(...mode.split(" "));
      if (lit) hit.setAttribute("aria-current", "step");
      else hit.removeAttribute("aria-current");
      shown.mode = mode;
    }
    const first = step.phase === "values";
    const known = this.run.known(`${first ? "value" : "derivative"}:${node.id}`, at);
    const what = known ? (first ? "value" : "derivative") : "";
    if (shown.what !== what) card.dataset.known = shown.what = what;
    const said = this.#said(node, shown);
    if (shown.said !== said) {
      hit.setAttribute("aria-label", (shown.said = said));
      const told = [node.mark?.sentence, made.value.title, made.derivative.title];
      hit.title = told.filter(Boolean).join("\n");
    }
    shown.at = at;
  }

  #said(node, { value, derivative }) {
    const { words } = this;
    const parts = [node.text.split(`, ${words.value} `)[0]];
    parts.push(`${words.value} ${value?.number?.show ?? words.unknown}`);
    if (node.derivative) {
      const word = words[this.run.reverse ? "adjoint" : "tangent"];
      parts.push(`${word} ${derivative?.number?.show ?? words.unknown}`);
    }
    if (node.mark) parts.push(`${node.mark.word}: ${node.mark.sentence}`);
    return parts.join(", ");
  }

  #showEdge(made, at, step) {
    const { edge, group, label } = made;
    const current = step.edge === edge.id;
    const phase = current ? step.phase : "";
    if (made.phase !== phase) {
      group.setAttribute("class", `edge ${phase ? `current ${phase}` : ""}`);
      made.phase = phase;
    }
    if (!label) return;
    const partial = this.run.known(`partial:${edge.id}`, at);
    const arrived = this.run.showsShare(edge, at) ? this.run.known(`share:${edge.id}`, at) : null;
    const share = arrived && standsThere(edge, arrived.number) ? arrived : null;
    label.classList.toggle("current", current);
    if (made.route.ring) label.hidden = !share;
    if (made.route.ring && share) this.#besideCard(made, at);
    const view = share ? "share" : partial ? "partial" : "none";
    if (made.shown === view) return;
    made.shown = view;
    label.title = partial ? edge.text : "";
    // Every text is made once: a jump over many steps changes many labels.
    const { run, words } = this;
    made.views[view] ??= share ? shareText(made, share.number, run.source(edge), words)
      : partial ? partialText(made, partial.number, words) : unknownText(edge, words);
    label.replaceChildren(...made.views[view]);
  }

  /** Let a share that came over an edge into a row stand at its goal, in the order of coming. */
  #besideCard({ edge, label }, at) {
    const { x, y, w, h } = this.layout.nodes[this.run.goal(edge).id];
    const before = [...this.edges.values()].filter((other) => (
      other.route.ring && other.edge.operand === edge.operand
      && this.run.known(`share:${other.edge.id}`, at)?.at < this.run.known(`share:${edge.id}`, at).at
    )).length;
    // On a narrow screen beside each other below the card, else above it and below.
    const low = y + h / 2 + 2;
    const [left, top] = this.name === "narrow" ? [before * (w / 2 + 8), low]
      : [0, before ? low + 17 * (before - 1) : y - h / 2 - 20];
    Object.assign(label.style, { left: `${x - w / 2 + left}px`, top: `${top}px` });
  }

  /** Draw the lit edge in the direction in which the derivative flows. */
  #showFlow(step) {
    const made = step.phase === this.run.flow ? this.edges.get(step.edge) : undefined;
    this.flow.setAttribute("display", made ? "inline" : "none");
    if (!made) return;
    const [line, head] = this.flow.children;
    const { d, tip } = made.route;
    line.setAttribute("d", this.run.reverse ? `${d}L${tip}` : d);
    line.removeAttribute("stroke-dasharray");
    if (this.run.reverse) {
      const start = line.getPointAtLength(0);
      const along = line.getPointAtLength(LIT_HEAD);
      const to = [start.x, start.y];
      head.setAttribute("points", arrow([along.x, along.y], to, LIT_HEAD, 4.6));
      line.setAttribute("stroke-dasharray", `0 ${LIT_HEAD - 1} ${line.getTotalLength()}`);
    } else {
      const [x, y] = d.match(/-?[\d.]+/g).slice(-2).map(Number);
      head.setAttribute("points", arrow([x, y], tip, LIT_HEAD, 4.6));
    }
  }

  /** Light what belongs to the nodes and edges named, or nothing. */
  light(ids) {
    for (const { node, card } of this.cards.values()) {
      card.classList.toggle("hot", ids.has(node.id));
    }
    for (const { edge, group, label } of this.edges.values()) {
      group.classList.toggle("hot", ids.has(edge.id));
      label?.classList.toggle("hot", ids.has(edge.id));
    }
  }

  // Pan and zoom

  /** Fit the drawing to the width, as far as its text stays readable; `high` is a least height. */
  resize(width, tallest, hall = false, high = 0) {
    this.width = width;
    this.tallest = tallest;
    const { width: w, height: h } = this.layout;
    if (!w || !width) return;
    const smallest = this.root.classList.contains("map") ? 0 : SMALLEST_FIT[this.name];
    const largest = hall ? HALL_FIT : width > LARGE ? LARGE_FIT : LARGEST_FIT;
    const grows = hall || width > LARGE || width / w < largest;
    const most = grows ? Math.min(largest, width / w, Math.max(1, tallest / h)) : 1;
    this.height = hall ? tallest
      : Math.min(tallest, Math.ceil(Math.max(high, h * Math.max(smallest, most))));
    this.view.style.height = `${this.height + INSET[1] + 3}px`;
    if (this.atFit) {
      this.scale = Math.max(smallest, Math.min(most, tallest / h));
      this.shift = [
        Math.max(0, (width - w * this.scale) / 2), Math.max(0, (this.height - h * this.scale) / 2),
      ];
    }
    this.#place();
    this.#placeLegend();
    if (this.atFit && this.overflows && this.at !== null) this.#follow(this.run.steps[this.at]);
  }

  /** Whether the drawing can be moved in its window. */
  get movable() {
    return this.overflows || !this.atFit;
  }

  get overflows() {
    const { width: w, height: h } = this.layout;
    return w * this.scale > this.width + 1 || h * this.scale > this.height + 1;
  }

  #place() {
    const [x, y] = this.shift.map((v) => Math.round(v));
    this.stage.style.transform = `translate(${x}px, ${y}px) scale(${this.scale})`;
    const { classList } = this.root;
    classList.toggle("movable", this.movable);
    classList.toggle("more-left", x < 0);
    classList.toggle("more-right", x + this.layout.width * this.scale > this.width + 1);
    classList.toggle("more-above", y < 0);
    classList.toggle("more-below", y + this.layout.height * this.scale > this.height + 1);
  }

  /** Let the legend stand in the drawing's corner where nothing is drawn, else above it. */
  #placeLegend() {
    const { legend, shift, scale } = this;
    legend.classList.remove("above");
    const [w, h] = [legend.offsetWidth + 8, legend.offsetHeight + 4];
    const boxes = [...Object.values(this.layout.nodes), ...this.layout.grounds];
    for (const { label } of Object.values(this.layout.edges)) if (label) boxes.push(label);
    const meets = (b) =>
      (b.x - b.w / 2) * scale + shift[0] < w && (b.y - b.h / 2) * scale + shift[1] < h;
    legend.classList.toggle("above", this.overflows || boxes.some(meets));
  }

  /** Move the drawing so that the step's place can be seen. */
  #follow(step) {
    const ids = [step.node, step.source].filter(Boolean);
    const boxes = ids.map((id) => this.layout.nodes[id]).filter(Boolean);
    if (!boxes.length) return;
    for (const [i, size, room] of [[0, "w", this.width], [1, "h", this.height]]) {
      const axis = "xy"[i];
      let low = Math.min(...boxes.map((b) => b[axis] - b[size] / 2)) * this.scale + this.shift[i];
      let high = Math.max(...boxes.map((b) => b[axis] + b[size] / 2)) * this.scale + this.shift[i];
      if (high - low > room) {
        low = (boxes[0][axis] - boxes[0][size] / 2) * this.scale + this.shift[i];
        high = low + boxes[0][size] * this.scale;
      }
      if (low >= 4 && high <= room - 4) continue;
      this.shift[i] += (room - low - high) / 2;
    }
    this.#hold();
    this.#place();
  }

  /** Keep the drawing from leaving its window. */
  #hold() {
    for (const [i, size, room] of [
      [0, this.layout.width, this.width], [1, this.layout.height, this.height],
    ]) {
      const spare = room - size * this.scale;
      const limits = spare >= 0 ? [0, spare] : [spare, 0];
      const slack = this.atFit ? 0 : Math.min(room, size * this.scale) * 0.3;
      this.shift[i] = Math.min(limits[1] + slack, Math.max(limits[0] - slack, this.shift[i]));
    }
    if (this.atFit && this.layout.width * this.scale <= this.width) {
      this.shift[0] = (this.width - this.layout.width * this.scale) / 2;
    }
  }

  /** Zoom by a factor about a point of the window. */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.min(SCALES[1], Math.max(SCALES[0], this.scale * factor));
    const by = scale / this.scale;
    this.shift = [x - (x - this.shift[0]) * by, y - (y - this.shift[1]) * by];
    this.scale = scale;
    this.atFit = false;
    this.#hold();
    this.#place();
    this.#placeLegend();
  }

  /** Show the whole drawing. */
  fit() {
    this.atFit = true;
    const { width: w, height: h } = this.layout;
    const wide = this.width / w;
    this.scale = Math.min(wide < LARGEST_FIT ? wide : 1, this.height / h);
    this.shift = [(this.width - w * this.scale) / 2, (this.height - h * this.scale) / 2];
    this.#place();
    this.#placeLegend();
  }

  /** Return a button that folds or unfolds the node of the step. */
  #change(kind) {
    const button = element("button", kind, null, { type: "button" });
    button.addEventListener("click", () => this.act(button.dataset.change, "fold"));
    this.changes.append(button);
    return button;
  }

  #showChanges(node) {
    const label = node?.label ?? "";
    for (const [kind, change] of [["fold", label], ["unfold", `-${label}`]]) {
      const button = this.change[kind];
      button.hidden = !node?.[`${kind}s`];
      if (button.hidden || button.dataset.change === change) continue;
      button.dataset.change = change;
      button.title = this.words[`${kind}_title`];
      button.setAttribute("aria-label", `${this.words[kind]} ${label}`);
      button.replaceChildren(`${this.words[kind]} `, typeset(node.name));
    }
  }

  #tools() {
    const { words } = this;
    const tools = element("div", "tools");
    for (const [name, does, path] of [
      ["further", () => this.zoom(1 / 1.25), "M4 8H12"],
      ["closer", () => this.zoom(1.25), "M4 8H12M8 4V12"],
      ["fit", () => this.fit(), "M3 6V3H6M10 3H13V6M13 10V13H10M6 13H3V10"],
    ]) {
      const button = element("button", name, null, {
        type: "button", "aria-label": words[name], title: words[name],
      });
      const icon = drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
      icon.append(drawn("path", { d: path }));
      button.append(icon);
      button.addEventListener("click", does);
      tools.append(button);
    }
    return tools;
  }

  // What is done to it

  #listen() {
    const { view } = this;
    const fingers = new Map();
    let dragged = false;
    const at = (event) => {
      const box = view.getBoundingClientRect();
      return [event.clientX - box.left - INSET[0], event.clientY - box.top - INSET[1]];
    };
    view.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      if (fingers.size === 0) dragged = false;
      fingers.set(event.pointerId, at(event));
    });
    view.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      const moved = [now[0] - before[0], now[1] - before[1]];
      if (fingers.size === 2) {
        const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
        const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]);
        dragged = true;
        this.zoom(apart(now) / Math.max(1, apart(before)), ...other);
      } else {
        if (!dragged && Math.hypot(...moved) < 4) return;
        if (!dragged) view.setPointerCapture(event.pointerId);
        dragged = true;
        if (!this.movable) return;
        this.shift = [this.shift[0] + moved[0], this.shift[1] + moved[1]];
        this.#hold();
        this.#place();
      }
      fingers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      view.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), ...at(event));
    }, { passive: false });
    view.addEventListener("click", (event) => {
      if (dragged) return;
      const hit = event.target.closest("[data-hot]")?.dataset.hot;
      if (hit) this.act(hit);
    });
    view.addEventListener("keydown", (event) => this.#key(event));
    view.addEventListener("focusin", (event) => {
      const node = event.target.dataset?.node;
      if (!node || node === this.reachable) return;
      this.cards.get(this.reachable)?.hit.setAttribute("tabindex", "-1");
      event.target.setAttribute("tabindex", "0");
      this.reachable = node;
      if (this.overflows) this.#follow({ node });
    });
  }

  #key(event) {
    const node = event.target.dataset?.node;
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const directions = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    };
    if (event.key in directions) {
      this.#neighbour(node, directions[event.key])?.hit.focus({ preventScroll: true });
    } else if (event.key === "Enter" || event.key === " ") this.act(node);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Return the card nearest to another in a direction. */
  #neighbour(id, [dx, dy]) {
    const from = this.layout.nodes[id];
    let best = null;
    let least = Infinity;
    for (const made of this.cards.values()) {
      const to = this.layout.nodes[made.node.id];
      const [x, y] = [to.x - from.x, to.y - from.y];
      const along = x * dx + y * dy;
      const across = Math.abs(x * dy) + Math.abs(y * dx);
      if (along > 4 && along + 2 * across < least) [best, least] = [made, along + 2 * across];
    }
    return best;
  }
}
