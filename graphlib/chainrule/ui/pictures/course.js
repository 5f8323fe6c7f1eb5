// A run by its epochs: loss, accuracy, and the mean adjoints by layer as strips, over one axis with
// one cursor. The second run is drawn thinner and named at its line's end.

const LEFT = 40, RIGHT = 104, HEAD = 24, GAP = 12, STRIP = 12;
const courses = new WeakMap();

class Course {
  constructor(root) {
    this.root = root;
    this.canvas = element("canvas", "", null, { role: "img" });
    root.replaceChildren(this.canvas);
    this.canvas.addEventListener("click", (event) => {
      const x = event.clientX - this.canvas.getBoundingClientRect().left;
      this.tell?.(Math.round(Math.max(0, Math.min(1, (x - LEFT) / this.across)) * this.data.epochs));
    });
    this.watch = new ResizeObserver(() => this.data && this.root.clientWidth !== this.width && this.draw());
    this.watch.observe(root);
  }

  take(data, tell) {
    Object.assign(this, { data, tell });
    this.root.dataset.theme = data.theme;
    this.canvas.setAttribute("aria-label", data.alt);
    const style = getComputedStyle(this.root);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.draw();
  }

  draw() {
    const { data } = this;
    this.width = this.root.clientWidth || 296;
    this.across = this.width - LEFT - RIGHT;
    const layers = data.runs.map((run) => run.flow[0]?.length ?? 0), strips = layers.some(Boolean);
    const tall = (n) => n && Math.max(4, Math.min(STRIP, 96 / n)) * n;
    const high = (HEAD + 84) + (HEAD + 66) * (data.measure ? 1 : 0) + (strips ? HEAD + layers.reduce((a, n) => a + tall(n) + GAP, 0) : 0) + 18;
    const ctx = (this.ctx = pen(this.canvas, this.width, high));
    this.x = (epoch) => LEFT + (epoch / data.epochs) * this.across;
    let y = this.#curves(0, 72, "loss", data.loss, data.words.loss);
    if (data.measure) y = this.#curves(y, 54, "measure", data.measure, data.measure.words);
    const cursor = y;
    if (strips) {
      y = this.#heading(y, data.words.flow, data.words.colours);
      for (const run of data.runs) y = this.#strips(y, run, tall(run.flow[0]?.length ?? 0));
    }
    ctx.fillStyle = this.colour("quiet");
    ctx.font = `12px ${this.colour("numbers")}`;
    for (const epoch of ticks(0, data.epochs, 3)) {
      ctx.textAlign = epoch ? "center" : "left";
      if (this.x(epoch) < this.width - RIGHT + 20) ctx.fillText(tick(epoch), this.x(epoch), y + 6);
    }
    ctx.textAlign = "left";
    ctx.fillText(data.words.epoch, this.width - RIGHT + 26, y + 6);
    ctx.strokeStyle = this.colour("ink");
    ctx.lineWidth = 1;
    const at = this.x(data.at);
    for (const [from, to] of [[HEAD - 2, cursor - GAP / 2], ...(strips ? [[cursor + HEAD - 2, y - GAP / 2]] : [])]) {
      ctx.beginPath();
      ctx.moveTo(at, from);
      ctx.lineTo(at, to);
      ctx.stroke();
    }
    for (const [epoch] of data.changes) {
      ctx.fillStyle = this.colour("warning");
      ctx.beginPath();
      ctx.moveTo(this.x(epoch) - 4, y - 4);
      ctx.lineTo(this.x(epoch) + 4, y - 4);
      ctx.lineTo(this.x(epoch), y - 11);
      ctx.fill();
    }
  }

  #heading(y, words, quiet) {
    const { ctx } = this;
    ctx.textAlign = "left";
    ctx.fillStyle = this.colour("ink");
    ctx.font = `600 15px ${this.colour("numbers")}`;
    ctx.fillText(words, 0, y + 14);
    const wide = ctx.measureText(words).width;
    ctx.fillStyle = this.colour("quiet");
    ctx.font = `12px ${this.colour("numbers")}`;
    ctx.fillText(quiet, wide + 7, y + 14);
    return y + HEAD;
  }

  #curves(top, high, name, axis, words) {
    const { ctx, data } = this, value = this.colour("value");
    const from = this.#heading(top, words, axis.quiet), low = from + high;
    const y = (v) => low - ((Math.max(axis.low, Math.min(axis.high, v)) - axis.low) / (axis.high - axis.low)) * high;
    ctx.font = `12px ${this.colour("numbers")}`;
    ctx.textAlign = "right";
    ctx.lineWidth = 1;
    for (const v of [axis.low, (axis.low + axis.high) / 2, axis.high]) {
      ctx.strokeStyle = this.colour("line");
      ctx.beginPath();
      ctx.moveTo(LEFT, y(v));
      ctx.lineTo(LEFT + this.across, y(v));
      ctx.stroke();
      ctx.fillStyle = this.colour("quiet");
      ctx.fillText(tick(v * (axis.times ?? 1)), LEFT - 6, y(v) + 4);
    }
    const labels = [];
    data.runs.forEach((run, k) => {
      for (const [part, dashed] of [[name, false], [`held_${name}`, true]]) {
        const values = run[part];
        if (!values?.length) continue;
        ctx.strokeStyle = value;
        ctx.globalAlpha = k ? 0.7 : 1;
        ctx.lineWidth = (k ? 1.1 : 2) - (dashed ? 0.4 : 0);
        ctx.setLineDash(dashed ? [4, 3] : []);
        ctx.beginPath();
        values.forEach((v, i) => (i ? ctx.lineTo(this.x(run.epochs[i]), y(v)) : ctx.moveTo(this.x(run.epochs[i]), y(v))));
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.globalAlpha = 1;
        const now = run.now[part];
        if (now === undefined) continue;
        if (!dashed) {
          ctx.fillStyle = value;
          ctx.beginPath();
          ctx.arc(this.x(Math.min(data.at, run.epochs.at(-1))), y(now.value), k ? 3 : 4, 0, 7);
          ctx.fill();
        }
        labels.push({ y: y(now.value), strong: !dashed && !k, text: `${dashed ? data.words.held : run.name} ${now.text}` });
      }
    });
    this.#labels(labels, from, low);
    return low + GAP;
  }

  /** Words at the lines' ends, pushed apart where they would stand on each other. */
  #labels(labels, from, low) {
    const { ctx } = this, step = 14;
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, k) => (label.at = Math.max(label.y, from, k ? labels[k - 1].at + step : -1e9)));
    let most = low + 4;
    for (const label of [...labels].reverse()) {
      label.at = Math.min(label.at, most);
      most = label.at - step;
    }
    ctx.textAlign = "left";
    ctx.fillStyle = this.colour("value");
    for (const { at, strong, text } of labels) {
      ctx.font = `${strong ? "600 " : ""}12px ${this.colour("numbers")}`;
      ctx.fillText(text, LEFT + this.across + 7, at + 4);
    }
  }

  #strips(y, run, high) {
    const { ctx, data } = this, count = run.flow[0]?.length ?? 0;
    if (!count) return y;
    const small = element("canvas", "", null, { width: run.flow.length, height: count });
    const brush = small.getContext("2d");
    run.flow.forEach((sizes, e) => sizes.forEach((size, l) => {
      brush.fillStyle = tint(placed(size), data.theme);
      brush.fillRect(e, l, 1, 1);
    }));
    const end = this.x(run.epochs.at(-1)), right = LEFT + this.across;
    ctx.imageSmoothingEnabled = false;
    if (end > LEFT) ctx.drawImage(small, LEFT, y, end - LEFT, high);
    ctx.strokeStyle = this.colour("outline");
    ctx.lineWidth = 0.8;
    if (end > LEFT) ctx.strokeRect(LEFT, y, end - LEFT, high);
    if (end < right) {
      ctx.setLineDash([3, 3]);
      ctx.strokeRect(end, y, right - end, high);
      ctx.setLineDash([]);
    }
    if (run.none) {
      ctx.textAlign = "center";
      ctx.fillStyle = this.colour("derivative");
      ctx.font = `600 12px ${this.colour("numbers")}`;
      ctx.fillText(data.words.none, (LEFT + end) / 2, y + high / 2 + 4);
    }
    ctx.fillStyle = this.colour("ink");
    ctx.textAlign = "left";
    ctx.font = `600 12px ${this.colour("numbers")}`;
    if (data.runs.length > 1) ctx.fillText(run.name, 0, y + high / 2 + 4);
    ctx.font = `12px ${this.colour("numbers")}`;
    for (const [layer, at] of count > 1 ? [[1, y + 9], [count, y + high]] : [[1, y + 9]]) {
      ctx.textAlign = "right";
      ctx.fillStyle = this.colour("quiet");
      ctx.fillText(`h${"₀₁₂₃₄₅₆₇₈₉"[Math.floor(layer / 10)].replace("₀", "")}${"₀₁₂₃₄₅₆₇₈₉"[layer % 10]}`, LEFT - 6, at);
      ctx.textAlign = "left";
      ctx.fillStyle = this.colour("derivative");
      ctx.fillText(run.now.flow[layer - 1] ?? "", right + 7, at);
    }
    return y + high + GAP;
  }

  end() {
    this.watch.disconnect();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  let course = courses.get(root);
  if (!course) courses.set(root, (course = new Course(root)));
  course.take(data, (pick) => setTriggerValue("pick", pick));
  return () => {
    course.end();
    courses.delete(root);
  };
}
