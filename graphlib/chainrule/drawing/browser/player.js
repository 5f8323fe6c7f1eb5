// The player: joins drawing, bar, text and table, and keeps one step for all of them.

const PACE = 900; // ms a step while playing
const QUIET = 300; // ms without a move before the server is told
const ACTS = ["pointerdown", "keydown"];
const WIDE = 700; // px from which the drawing runs left to right
const SWIPE = 48; // px aside from which a finger turns to another step
const BESIDE = 880; // px from which the table stands beside the text

class Player {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    const act = {
      first: () => this.move(0),
      back: () => this.move(this.at - 1),
      forward: () => this.move(this.at + 1),
      last: () => this.move(this.run.last),
      play: () => (this.timer ? this.pause() : this.play()),
      present: () => (this.hall.on ? this.hall.leave() : this.hall.enter()),
      go: (at) => this.move(at),
    };
    this.folded = element("div", "folded");
    const does = { fold: (id) => this.ask(id), open: (id) => this.open(id) };
    const chosen = (id, what) => (does[what] ?? ((one) => this.choose(one)))(id);
    this.graph = new Graph(words, chosen);
    this.parts = new Parts(words, chosen);
    this.bar = new Bar(words, act);
    this.story = new Story();
    this.table = new Table(words, (id) => this.choose(id));
    this.notes = element("div", "notes");
    this.live = element("div", "unseen", null, { "aria-live": "polite" });
    this.ground = element("div", "ground-probe", null, { "aria-hidden": "true" });
    const below = element("div", "below");
    const right = element("div", "right-side");
    right.append(this.table.root, this.notes);
    below.append(this.story.root, right);
    const { parts } = this;
    this.graph.root.append(parts.title);
    root.replaceChildren(
      this.folded, parts.above, this.graph.root, parts.below, this.bar.root, below,
      this.live, this.ground,
    );
    this.reports = new Set();
    this.scale = 1;
    this.hall = new Hall(this);
    this.#listen();
  }

  // What the server sends

  /** Take the server's data; keep the step where the run has the same steps. */
  take(data, tell, trigger) {
    const { payload, structure, digest, step, height, stale, present, beside = BESIDE } = data;
    const first = !this.structure;
    if (first) this.welcome = Boolean(data.welcome);
    else if (structure !== this.structure) this.welcome = false;
    this.tell = tell;
    this.trigger = trigger;
    this.height = height;
    this.beside = beside;
    this.root.classList.toggle("stale", Boolean(stale));
    this.#theme();
    clearTimeout(this.themed);
    this.themed = setTimeout(() => this.#theme(), QUIET); // a page may get its colours after its content
    const same = structure === this.structure;
    const asked = step !== this.given && !this.reports.has(step);
    this.given = step;
    let at = this.at;
    if (!same) {
      this.reports.clear();
      this.#forget();
    }
    if (digest !== this.digest) {
      if (!same) this.pause();
      this.structure = structure;
      this.digest = digest;
      this.run = new Run(JSON.parse(payload));
      this.kind = null;
    }
    if (!same || asked) at = step ?? this.run.last;
    this.at = Math.min(this.run.last, Math.max(0, at));
    this.lay();
    if (first && present) this.hall.enter();
  }

  /** Build what the width asks for, if it has changed, and show the step. */
  lay() {
    const hall = this.hall.on;
    const width = hall ? this.hall.room[0] : this.root.clientWidth;
    if (!this.run || !width) return;
    const kind = width < WIDE ? "narrow" : width < this.beside ? "middle" : "wide";
    const fresh = kind !== this.kind;
    const narrow = kind === "narrow";
    if (fresh || width !== this.width) {
      for (const one of ["narrow", "middle", "wide"]) this.root.classList.toggle(one, one === kind);
      if (fresh) {
        const { layouts } = this.run.payload;
        const screen = narrow ? "narrow" : "wide";
        this.screen = screen in layouts ? screen : Object.keys(layouts)[0];
        this.parts.build(this.run, this.screen, layouts[this.screen]);
        this.graph.build(this.run, this.screen, this.parts.open(this.at));
        this.bar.build(this.run);
        this.story.build(this.run, narrow || hall);
        this.table.build(this.run, narrow || hall);
        this.#notes();
      }
      if (fresh && this.wasNarrow !== narrow && !hall) {
        this.wasNarrow = narrow;
        this.report("narrow", narrow);
      }
      this.kind = kind;
      this.width = width;
      this.measure();
    }
    this.show();
  }

  /** Fit everything to the room that there is. */
  measure() {
    const seen = window.innerHeight;
    const hall = this.hall.on;
    this.measureGraph();
    this.bar.measure();
    // With a map above, the closed form gives its place to the rows.
    const end = this.parts.mapped ? seen + BELOW : seen;
    this.table.fit(this.kind === "narrow" || hall ? Infinity : end);
    this.table.measure(this.scale);
    this.story.measure();
  }

  /** Fit the drawing to the room that there is. */
  measureGraph() {
    const seen = window.innerHeight;
    const hall = this.hall.on;
    const share = this.kind === "narrow" ? Math.max(400, seen * 0.6) : Math.max(280, seen * 0.5);
    const room = hall ? this.hall.room[1] : this.height ?? share;
    const taken = this.parts.resize(this.width, room);
    this.graph.fitText();
    this.graph.resize(this.width, room - taken, hall, this.parts.high);
  }

  #notes() {
    const { notes } = this.run.payload;
    const folded = notes.filter(({ kind }) => kind === "fold").map(({ text }) => text);
    this.folded.textContent = folded.join(" ");
    this.notes.replaceChildren(...notes.filter(({ kind }) => kind !== "fold").map(({ text }) => {
      const note = element("div", "warning");
      const bare = text.replace(/^[^\p{L}\p{N}]+/u, "");
      note.append(warningMark(), bare);
      return note;
    }));
  }

  /** Choose the colours by the ground on which the page puts the player. */
  #theme() {
    const ground = getComputedStyle(this.ground).backgroundColor.match(/[\d.]+/g);
    if (!ground) return; // it is on no page
    const [r, g, b] = ground.map(Number);
    const dark = 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
    this.root.dataset.theme = dark ? "dark" : "light";
  }

  // Steps

  /** Go to a step by hand: whoever moves by hand wants to stay there. */
  move(at) {
    this.pause();
    this.go(at);
  }

  /** Go to a step. */
  go(at) {
    const to = Math.min(this.run.last, Math.max(0, at));
    const greeted = this.welcome;
    this.welcome = false;
    if (to === this.at && !greeted) return;
    const began = performance.now();
    this.at = to;
    this.show();
    this.root.dataset.took = (performance.now() - began).toFixed(1);
    this.reports.add(to);
    this.report("step", this.#here(to));
  }

  /** Show the present step everywhere. */
  show() {
    const step = this.run.steps[this.at];
    const layout = this.parts.open(this.at);
    if (layout !== this.graph.layout) {
      this.graph.build(this.run, this.screen, layout);
      this.measureGraph();
    }
    this.parts.show(this.at);
    this.graph.show(this.at);
    this.bar.show(this.at);
    if (this.welcome) this.story.welcome(this.words, () => this.replay());
    else this.story.show(this.at);
    this.table.show(this.at);
    this.table.follow(step);
    this.root.dataset.step = this.at;
    const number = step.sets.at(-1)?.number;
    const said = number ? `${step.say} = ${number.show}.` : step.say;
    if (this.live.textContent !== said) this.live.textContent = said;
    this.light(null);
    this.announce();
  }

  /** Say what is known of the inputs' derivatives, to whatever shows them on the page. */
  announce(chosen) {
    const { run, words } = this;
    const inputs = run.payload.nodes.filter(({ role }) => role === "input").map((node) => {
      const cell = `derivative:${node.id}`;
      const known = run.known(cell, this.at);
      const more = Boolean(known) && !run.isComplete(cell, known);
      return { name: node.label, reached: Boolean(node.derivative), number: known?.number, more };
    });
    const detail = { symbol: run.payload.symbol, words, inputs, chosen };
    document.dispatchEvent(new CustomEvent("derivatives", { detail }));
  }

  play() {
    if (this.at === this.run.last) this.go(0);
    const next = () => {
      this.go(this.at + 1);
      if (this.at === this.run.last) this.pause();
      else this.timer = setTimeout(next, PACE);
    };
    this.timer = setTimeout(next, PACE);
    this.bar.playing(true);
  }

  /** Play all from the first step. */
  replay() {
    this.go(0);
    this.play();
  }

  pause() {
    if (this.timer) this.bar.playing(false);
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** Take a node, edge or row that was chosen, and go to the step that tells about it. */
  choose(id) {
    this.pause();
    const { run } = this;
    const row = run.rows.get(id);
    const node = run.nodes.has(id) ? id : row?.node;
    if (row) this.go(run.stepOfRow(row, this.at));
    else if (run.edges.has(id)) this.go(run.stepOfEdge(id, this.at));
    else if (node) this.go(run.stepOfNode(id, this.at));
    if (node) {
      this.report("node", this.#here(node));
      this.announce(run.nodes.get(node).label);
    }
  }

  /** Say of which run something is: keys and steps mean others in another one. */
  #here(what) {
    return `${this.structure} ${what}`;
  }

  /** Leave untold what was done in a run that is no more: its steps have other numbers. */
  #forget() {
    clearTimeout(this.telling);
    const { narrow } = this.waiting ?? {};
    this.waiting = {};
    if (narrow !== undefined) this.report("narrow", narrow);
  }

  /** Open a part, until the next step. */
  open(part) {
    this.pause();
    this.parts.choose(part, this.at);
    this.show();
  }

  /** Ask the server for another fold. */
  ask(change) {
    this.pause();
    this.#forget();
    this.trigger("fold", change);
  }

  /** Tell the server, once nothing has moved for a moment. */
  report(name, value) {
    this.waiting = { ...this.waiting, [name]: value };
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellNow(), QUIET);
  }

  tellNow() {
    clearTimeout(this.telling);
    for (const [key, told] of Object.entries(this.waiting ?? {})) this.tell(key, told);
    this.waiting = {};
  }

  // One thing, three places

  /** Light a node, edge or row wherever it appears. */
  light(id) {
    const ids = new Set();
    if (id) {
      const row = this.run.rows.get(id);
      const edge = row ? row.edge : this.run.edges.has(id) ? id : null;
      const node = edge ? null : row?.node ?? id;
      if (row) ids.add(id);
      if (edge) ids.add(edge);
      if (node) ids.add(node);
      for (const one of this.run.payload.rows) {
        if (row ? false : edge ? one.edge === edge : one.node === node) ids.add(one.id);
      }
    }
    this.graph.light(ids);
    if (this.parts.mapped) this.parts.map.light(ids);
    this.table.light(ids);
    const { lines } = this.story;
    lines.classList.toggle("hot", ids.has(lines.dataset.hot));
  }

  #listen() {
    const { root } = this;
    const over = (event) => this.light(event.target.closest?.("[data-hot]")?.dataset.hot ?? null);
    root.addEventListener("pointerover", over);
    root.addEventListener("pointerleave", () => this.light(null));
    root.addEventListener("focusin", over);
    root.addEventListener("focusout", () => this.light(null));
    root.addEventListener("keydown", (event) => this.#key(event));
    for (const swiped of [this.graph.root, this.story.root]) this.#swipe(swiped);
    this.ground.addEventListener("transitionend", () => this.#theme());
    // What is told while the server begins to answer a click elsewhere would undo that click.
    this.elsewhere = (event) => {
      if (!event.composedPath().includes(root)) this.tellNow();
    };
    for (const kind of ACTS) window.addEventListener(kind, this.elsewhere, true);
    this.asked = () => this.run && this.announce();
    document.addEventListener("derivatives-wanted", this.asked);
    this.watch = new ResizeObserver(() => {
      if (!this.hall.on && this.root.clientWidth !== this.width) this.lay();
    });
    this.watch.observe(root);
    // Widths are measured again when the fonts of mathematics have come.
    this.fonts = () => {
      if (!this.run || !this.width) return;
      this.table.held = null;
      this.measure();
      this.show();
    };
    document.fonts.addEventListener("loadingdone", this.fonts);
  }

  /** Let a finger that moves aside go a step on or back, where it moves nothing else. */
  #swipe(host) {
    let from = null;
    host.addEventListener("touchstart", ({ touches: [{ clientX: x, clientY: y }, second] }) => {
      from = second || (host === this.graph.root && this.graph.movable) ? null : [x, y];
    }, { passive: true });
    host.addEventListener("touchend", ({ changedTouches: [{ clientX, clientY }] }) => {
      if (!from) return;
      const [x, y] = [clientX - from[0], clientY - from[1]];
      from = null;
      if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) this.move(this.at - Math.sign(x));
    });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {
      ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.run.last,
    };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === " " && event.target.tagName !== "BUTTON") {
      if (this.timer) this.pause();
      else this.play();
    } else if (event.key.toLowerCase() === "p") this.hall.enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  end() {
    this.pause();
    clearTimeout(this.themed);
    this.hall.leave();
    clearTimeout(this.telling);
    for (const kind of ACTS) window.removeEventListener(kind, this.elsewhere, true);
    document.removeEventListener("derivatives-wanted", this.asked);
    this.watch.disconnect();
    document.fonts.removeEventListener("loadingdone", this.fonts);
  }
}
