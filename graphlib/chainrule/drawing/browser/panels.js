// Under the drawing: buttons, the scrubber with one tick a step, and what the step says.

const ICONS = {
  first: "M3.5 3V13M13 3 5.5 8 13 13Z",
  back: "M10 3.5 5.5 8 10 12.5",
  play: "M4.5 2.8 13 8 4.5 13.2Z",
  pause: "M5 3V13M11 3V13",
  forward: "M6 3.5 10.5 8 6 12.5",
  last: "M12.5 3V13M3 3 10.5 8 3 13Z",
  present: "M2 3H14V11H2ZM8 11V14M5 14H11",
};

const LINE_TYPE = 17.5; // px, as in player.css
const SMALLEST_TYPE = 0.68; // a line of mathematics shrinks so far; a longer one scrolls

class Bar {
  constructor(words, act) {
    this.words = words;
    this.root = element("div", "bar");
    this.buttons = {};
    const group = element("div", "buttons", null, { role: "group" });
    for (const name of ["first", "back", "play", "forward", "last"]) {
      const button = element("button", name, null, { type: "button" });
      button.addEventListener("click", () => act[name]());
      this.buttons[name] = button;
      this.#dress(button, name);
      group.append(button);
    }
    this.scrubber = element("div", "scrubber", null, {
      role: "slider", tabindex: "0", "aria-label": words.steps, "aria-valuemin": "1",
    });
    this.count = element("div", "count");
    this.present = element("button", "present", null, { type: "button" });
    this.present.addEventListener("click", act.present);
    this.#dress(this.present, "present");
    this.root.append(group, this.scrubber, this.count, this.present);
    const seek = (event) => {
      const near = this.ticks.map((tick, i) => {
        const box = tick.getBoundingClientRect();
        return [Math.max(box.left - event.clientX, event.clientX - box.right, 0), i];
      });
      act.go(near.reduce((a, b) => (b[0] < a[0] ? b : a))[1]);
    };
    this.scrubber.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.scrubber.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.scrubber.addEventListener("pointermove", (event) => {
      if (this.scrubber.hasPointerCapture(event.pointerId)) seek(event);
    });
  }

  #dress(button, name) {
    const icon = drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: name });
    icon.append(drawn("path", { d: ICONS[name] }));
    button.replaceChildren(icon);
    button.setAttribute("aria-label", this.words[name]);
    button.title = this.words[name];
  }

  /** Make a tick for every step, by phase. */
  build(run) {
    this.run = run;
    this.at = null;
    this.ticks = [];
    this.groups = run.phases.map(({ name, first, last }) => {
      const group = element("div", `phase ${name}`);
      group.style.flexGrow = last - first + 1;
      const ticks = element("div", "ticks");
      for (let i = first; i <= last; i += 1) {
        const tick = element("span", "tick");
        this.ticks.push(tick);
        ticks.append(tick);
      }
      group.append(element("span", "phase-name", this.words[name]), ticks);
      return group;
    });
    this.scrubber.replaceChildren(...this.groups);
    this.scrubber.setAttribute("aria-valuemax", String(run.last + 1));
  }

  /** Leave out the gaps between ticks where there is no room for them. */
  measure() {
    const each = this.scrubber.clientWidth / this.ticks.length;
    this.scrubber.classList.toggle("dense", each < 8);
    this.scrubber.classList.toggle("solid", each < 3.5);
  }

  /** Show how far the run has come. */
  show(at) {
    const { run } = this;
    this.ticks.forEach((tick, i) => {
      tick.className = i < at ? "tick done" : i === at ? "tick now" : "tick";
    });
    run.phases.forEach(({ first, last }, i) => {
      this.groups[i].classList.toggle("now", first <= at && at <= last);
    });
    const parts = this.words.step_of.split(/(\{step\}|\{count\})/);
    this.count.replaceChildren(...parts.map((part) => {
      if (part === "{step}") return element("b", "", String(at + 1));
      if (part === "{count}") return String(run.last + 1);
      return element("span", part === parts[0] ? "word" : "", part);
    }));
    this.scrubber.setAttribute("aria-valuenow", String(at + 1));
    const said = `${this.count.textContent}: ${run.steps[at].say.split(". ")[0]}`;
    this.scrubber.setAttribute("aria-valuetext", said);
    this.buttons.first.disabled = this.buttons.back.disabled = at === 0;
    this.buttons.last.disabled = this.buttons.forward.disabled = at === run.last;
    this.at = at;
  }

  /** Show whether the run is playing. */
  playing(on) {
    this.#dress(this.buttons.play, on ? "pause" : "play");
  }
}

class Story {
  constructor() {
    this.root = element("div", "story");
    this.title = element("div", "title", null, { role: "heading", "aria-level": "3" });
    this.sentence = element("div", "sentence");
    this.lines = element("div", "lines");
    this.digits = element("div", "digits");
    this.text = element("div", "said");
    this.text.append(this.title, " ", this.sentence);
    this.root.append(this.text, this.lines, this.digits);
  }

  /** Take a run's steps; one line of mathematics where it is narrow. */
  build(run, narrow) {
    this.run = run;
    this.narrow = narrow;
    this.at = null;
    this.digits.textContent = run.payload.digits;
  }

  /** Keep room for the longest step, so that what follows does not move while stepping. */
  measure() {
    const { steps } = this.run;
    const long = (of) => steps.reduce((best, s, i) => (of(s) > of(steps[best]) ? i : best), 0);
    const tallest = [
      long((s) => s.sentence.length), long((s) => s.lines.length * 1e4 + s.sentence.length),
      long((s) => Math.max(...s.lines.map((line) => line[1].length), 0)),
    ];
    this.root.style.minHeight = "";
    let most = 0;
    for (const at of new Set(tallest)) {
      this.show(at);
      most = Math.max(most, this.root.offsetHeight);
    }
    this.root.style.minHeight = `${most}px`;
  }

  /** Say how to read all this, until the first step; the button plays. */
  welcome(words, play) {
    const kinds = ["value", "partial", "derivative", "derivative"];
    const lines = words.how.map(([name, told], i) => {
      const line = element("div", "how");
      line.append(element("b", kinds[i], name), element("span", "", told));
      return line;
    });
    const button = element("button", "begin", words.begin, { type: "button" });
    button.addEventListener("click", play);
    this.title.textContent = words.how_title;
    this.sentence.replaceChildren(...lines, button);
    this.lines.replaceChildren();
  }

  /** Say what the step does. */
  show(at) {
    const step = this.run.steps[at];
    put(this.title, step.title);
    put(this.sentence, step.sentence);
    this.lines.dataset.hot = step.edge ?? step.node;
    this.lines.style.fontSize = "";
    this.lines.replaceChildren(...(this.narrow ? this.#inline(step) : this.#display(step, true)));
    if (!this.narrow && this.#tooWide() && step.lines.length > 3) {
      this.lines.replaceChildren(...this.#display(step, false));
    }
    const { scrollWidth, clientWidth } = this.lines;
    if (this.#tooWide()) {
      const ratio = Math.max(SMALLEST_TYPE, (clientWidth - 16) / (scrollWidth - 16));
      this.lines.style.fontSize = `${LINE_TYPE * ratio}px`;
    }
    this.at = at;
  }

  #tooWide() {
    return this.lines.scrollWidth > this.lines.clientWidth + 1;
  }

  /** Return formula, substitution and result under each other, aligned at the equals sign. */
  #display({ lines }, join) {
    const cells = [];
    const joined = join && lines.length > 3; // the sum and its result stand in one line
    const shown = joined ? lines.slice(0, -1) : lines;
    shown.forEach(([left, right], i) => {
      const last = i === shown.length - 1;
      const result = typeset(right, last && !joined ? "right result" : "right");
      if (last && joined) result.append(sign("="), typeset(lines.at(-1)[1], "result"));
      cells.push(typeset(left, "left"), sign("="), result);
    });
    return cells;
  }

  /** Return one line: what is sought, the substitution, the result. */
  #inline(step) {
    const { lines } = step;
    const node = this.run.nodes.get(step.node);
    const edge = this.run.edges.get(step.edge);
    const name = step.phase === "values" ? node?.name
      : step.phase === "partials" ? edge?.name : node?.derivative_name;
    const cells = [typeset(name ?? lines[0][0], "left")];
    const shown = lines.length > 1 ? [lines[1], lines.at(-1)] : lines;
    shown.forEach(([, right], i) => {
      const last = i === shown.length - 1;
      const part = element("span", "part");
      part.append(sign("="), typeset(right, last ? "right result" : "right"));
      cells.push(part);
    });
    return cells;
  }
}
