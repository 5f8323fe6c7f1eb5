// A drawing that is too large to be read whole: one part is open. On a wide screen the others
// stand on a map, on a narrow one they are lines above and below, each with its exits.

const MAP_HIGH = 180; // px

class Parts {
  constructor(words, act) {
    this.words = words;
    this.act = act;
    this.map = new Graph(words, act);
    this.map.root.classList.add("map");
    this.title = element("div", "opened");
    this.above = element("div", "strips");
    this.below = element("div", "strips");
    for (const lines of [this.above, this.below]) {
      lines.addEventListener("click", ({ target }) => {
        const line = target.closest("button");
        if (line) act(line.dataset.part, "open");
      });
    }
  }

  /** Take a run and its layout: of the whole, or of a map with parts. */
  build(run, name, layout) {
    this.run = run;
    this.layout = layout;
    this.parts = layout.parts ?? [];
    this.chosen = null;
    this.home = new Map();
    this.parts.forEach(({ own }, i) => own.forEach((node) => this.home.set(node, i)));
    this.narrow = name === "narrow";
    this.mapped = this.parts.length > 0 && !this.narrow;
    this.above.replaceChildren(...(this.mapped ? [this.map.root] : []));
    this.below.replaceChildren();
    this.title.textContent = "";
    if (this.mapped) {
      this.map.build(run, name, layout);
      for (const { area, nodes } of this.map.grounds) {
        const part = this.parts.findIndex(({ own }) => own.some((node) => nodes.has(node)));
        area.addEventListener("click", () => this.act(part, "open"));
      }
    }
    const folded = this.narrow ? this.parts : [];
    this.lines = folded.map((part, i) => this.#line(part, i));
    this.high = Math.max(0, ...this.parts.map(({ height }) => height));
  }

  #line({ title, exits }, i) {
    const line = element("button", "strip", null, { type: "button", "data-part": i });
    const shown = exits.map((id) => {
      const node = this.run.nodes.get(id);
      const exit = element("span", "exit");
      const [value, derivative] = [element("span", "value"), element("span", "derivative")];
      exit.append(typeset(node.name, "name"), value);
      if (node.derivative) exit.append(derivative);
      return { node, exit, value, derivative };
    });
    line.append(element("span", "part-title", title), ...shown.map(({ exit }) => exit));
    return { line, shown };
  }

  /** Open a part by hand, until the next step. */
  choose(part, at) {
    this.chosen = { part: Number(part), at };
  }

  /** Return the number of the part that a step speaks of, or that was opened at it. */
  of(at) {
    if (this.chosen?.at === at) return this.chosen.part;
    this.chosen = null;
    const { node, edge } = this.run.steps[at];
    const found = this.home.get(edge ? this.run.edges.get(edge).user : node);
    return found ?? Math.max(0, this.parts.findIndex(({ nodes }) => node in nodes));
  }

  /** Return the layout to draw at a step. */
  open(at) {
    return this.parts.length ? this.parts[this.of(at)] : this.layout;
  }

  /** Show what is known of all parts at a step, and which is open. */
  show(at) {
    if (!this.parts.length) return;
    const open = this.of(at);
    const own = new Set(this.parts[open].own);
    this.title.textContent = this.parts[open].title;
    if (this.mapped) {
      this.map.show(at);
      for (const { area, nodes } of this.map.grounds) {
        area.classList.toggle("open", [...own].some((node) => nodes.has(node)));
      }
      for (const { node, card } of this.map.cards.values()) {
        card.classList.toggle("open", own.has(node.id));
      }
      return;
    }
    for (const { shown } of this.lines) {
      for (const { node, value, derivative } of shown) {
        putNumber(value, this.run.known(`value:${node.id}`, at)?.number, this.words);
        putNumber(derivative, this.run.known(`derivative:${node.id}`, at)?.number, this.words);
      }
    }
    const lines = this.lines.map(({ line }) => line);
    this.above.replaceChildren(...lines.slice(0, open));
    this.below.replaceChildren(...lines.slice(open + 1));
  }

  /** Fit the map; return the height that it takes. */
  resize(width, tallest) {
    if (!this.mapped) return 0;
    this.map.resize(width, Math.min(MAP_HIGH, tallest / 2));
    return this.map.root.offsetHeight;
  }
}
