// A plane: shaded ground, lines, points; and paths over it that are played without the server.

const PACE = 140; // ms a step while playing
const ROOM = { left: 34, right: 8, top: 6, bottom: 20 };
const NONE = { left: 1, right: 1, top: 1, bottom: 1 }; // of a small plane, without axes
const DASHES = ["", "7 4", "2 3", "9 3 2 3", "12 4", "4 2"];
const planes = new WeakMap();

class Plane {
  constructor(root) {
    this.root = root;
    this.svg = drawn("svg", { role: "group" });
    this.bar = element("div", "bar");
    this.told = element("div", "told", null, { tabindex: "0", role: "group" });
    root.replaceChildren(this.svg, this.bar, this.told);
    this.at = null;
    this.svg.addEventListener("click", (event) => this.#clicked(event));
    this.watch = new ResizeObserver(() => this.#sized());
    this.watch.observe(root);
  }

  take(data, tell) {
    this.tell = tell;
    const paths = JSON.stringify([data.paths, data.step]);
    if (paths !== this.paths) {
      this.paths = paths;
      this.last = Math.max(0, ...(data.paths ?? []).map((p) => p.points.length - 1));
      this.at = Math.min(data.step ?? this.last, this.last);
      this.pause();
    }
    this.data = data;
    this.root.dataset.theme = data.theme;
    this.svg.setAttribute("aria-label", data.alt);
    this.#barOf();
    this.draw();
  }

  #sized() {
    if (this.data && this.root.clientWidth !== this.width) this.draw();
  }

  draw() {
    const { data } = this;
    const width = (this.width = this.root.clientWidth || 328);
    const height = data.height;
    const [x0, x1, y0, y1] = data.extent;
    const room = (this.room = data.small ? NONE : ROOM);
    const across = width - room.left - room.right;
    const down = height - room.top - room.bottom;
    // What lies far outside is drawn less far, since a picture has no room for 10³⁰.
    const near = (z) => Math.max(-20000, Math.min(20000, z));
    this.x = (x) => near(room.left + ((x - x0) / (x1 - x0)) * across);
    this.y = (y) => near(room.top + ((y1 - y) / (y1 - y0)) * down);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", height);
    const inside = drawn("g", { "clip-path": "url(#inside)" });
    const clip = drawn("clipPath", { id: "inside" });
    const frame = { x: room.left, y: room.top, width: across, height: down };
    clip.append(drawn("rect", { ...frame, rx: 4 }));
    if (data.image) {
      inside.append(drawn("image", { ...frame, href: data.image, preserveAspectRatio: "none" }));
    }
    for (const { kind, segments } of data.lines ?? []) {
      inside.append(drawn("path", { class: `line ${kind}`, d: this.#joined(segments) }));
    }
    const r = data.small ? 2.3 : 3.2;
    for (const [x, y, fill] of data.held ?? []) {
      inside.append(drawn("rect", {
        class: `point held fill${fill}`, x: this.x(x) - r * 0.9, y: this.y(y) - r * 0.9, width: r * 1.8, height: r * 1.8,
      }));
    }
    (data.points ?? []).forEach(([x, y, fill], index) => {
      inside.append(drawn("circle", {
        class: `point fill${fill}`, cx: this.x(x), cy: this.y(y), r, "data-index": index,
      }));
    });
    const ringed = (data.points ?? [])[data.ring];
    if (ringed) {
      inside.append(drawn("circle", {
        class: "ring", cx: this.x(ringed[0]), cy: this.y(ringed[1]), r: data.small ? 5.5 : 8,
      }));
    }
    for (const [x, y, kind] of data.dots ?? []) {
      inside.append(drawn("circle", { class: `spot ${kind}`, cx: this.x(x), cy: this.y(y), r: 4 }));
    }
    for (const { x, y, words } of data.marks ?? []) {
      const place = `translate(${this.x(x)} ${this.y(y)})`;
      inside.append(drawn("path", { class: "mark", d: "M-5 0H5M0 -5V5", transform: place }));
      inside.append(drawn("text", {
        class: "words", x: this.x(x) + 8, y: this.y(y) + 14,
      }, words));
    }
    this.moving = drawn("g");
    inside.append(this.moving);
    this.svg.replaceChildren(clip, drawn("rect", { ...frame, class: "frame", rx: 4 }), inside,
      ...(data.small ? [] : this.#axes(frame)));
    this.move(this.at);
  }

  #joined(segments) {
    return segments.map(([a, b, c, d]) => (
      `M${this.x(a).toFixed(1)} ${this.y(b).toFixed(1)}L${this.x(c).toFixed(1)} ${this.y(d).toFixed(1)}`
    )).join("");
  }

  #axes(frame) {
    const [x0, x1, y0, y1] = this.data.extent;
    const low = frame.y + frame.height;
    const made = [];
    for (const x of ticks(x0, x1, 5)) {
      made.push(drawn("text", { class: "tick", x: this.x(x), y: low + 14, "text-anchor": "middle" }, tick(x)));
    }
    for (const y of ticks(y0, y1, 4)) {
      made.push(drawn("text", { class: "tick", x: frame.x - 5, y: this.y(y) + 4, "text-anchor": "end" }, tick(y)));
    }
    return made;
  }

  // Paths

  #barOf() {
    const { data } = this;
    const some = (data.paths ?? []).length > 0;
    this.bar.hidden = !some;
    this.told.hidden = !some;
    if (!some || this.slider) {
      if (this.slider) this.slider.max = this.last;
      return;
    }
    const words = data.words;
    const button = (name, label, sign, act) => {
      const made = element("button", name, null, { type: "button", "aria-label": label, title: label });
      made.append(icon(sign));
      made.addEventListener("click", act);
      return made;
    };
    this.playing = button("play", words.play, "play", () => (this.timer ? this.pause() : this.play()));
    this.slider = element("input", "", null, {
      type: "range", min: 0, max: this.last, step: 1, "aria-label": words.step,
    });
    this.slider.addEventListener("input", () => { this.pause(); this.move(Number(this.slider.value)); });
    this.count = element("span", "count");
    this.bar.replaceChildren(
      button("", words.first, "first", () => { this.pause(); this.move(0); }),
      button("", words.back, "back", () => { this.pause(); this.move(this.at - 1); }),
      this.playing,
      button("", words.forward, "forward", () => { this.pause(); this.move(this.at + 1); }),
      this.slider, this.count,
    );
  }

  play() {
    if (this.at >= this.last) this.move(0);
    this.timer = setInterval(() => {
      if (this.at >= this.last) this.pause();
      else this.move(this.at + 1);
    }, PACE);
    this.#playSign();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.#playSign();
  }

  #playSign() {
    if (!this.playing) return;
    const label = this.data.words[this.timer ? "pause" : "play"];
    this.playing.replaceChildren(icon(this.timer ? "pause" : "play"));
    this.playing.setAttribute("aria-label", label);
    this.playing.title = label;
  }

  move(to) {
    const { paths = [], words, optima } = this.data;
    this.at = Math.max(0, Math.min(this.last, to ?? 0));
    if (!paths.length) return;
    const at = this.at;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", filled(words.step_of, { at, all: this.last }));
    this.count.textContent = filled(words.step_of, { at, all: this.last });
    this.moving.replaceChildren();
    const labels = [];
    paths.forEach((path) => {
      const until = Math.min(at, path.points.length - 1);
      const place = (p) => `${this.x(p[0]).toFixed(1)} ${this.y(p[1]).toFixed(1)}`;
      const seen = path.points.slice(0, until + 1);
      const d = `M${seen.map(place).join("L")}`;
      const dash = DASHES[path.dash % DASHES.length];
      this.moving.append(
        drawn("path", { class: "halo", d }),
        drawn("path", { class: "path", d, "stroke-dasharray": dash }),
      );
      for (const p of until <= 80 ? seen : []) {
        this.moving.append(drawn("circle", { class: "dot", cx: this.x(p[0]), cy: this.y(p[1]), r: 1.8 }));
      }
      const here = path.points[until];
      this.#arrow(here, path.down[until]);
      this.moving.append(
        drawn("circle", { class: "here", cx: this.x(here[0]), cy: this.y(here[1]), r: 5 }),
      );
      // Names that would cover each other are left to the table.
      const [x, y] = [this.x(here[0]), this.y(here[1])];
      if (labels.some(([a, b]) => Math.abs(a - x) < 80 && Math.abs(b - y) < 15)) return;
      labels.push([x, y]);
      const left = x > this.width - 100;
      this.moving.append(drawn("text", {
        class: "words path-name", x: left ? x - 9 : x + 9, y: y - 7,
        "text-anchor": left ? "end" : "start",
      }, path.name));
    });
    this.#tell();
  }

  /** Draw the direction of steepest descent, of one length: its size is told in the table. */
  #arrow(from, down) {
    const x = this.x(from[0]), y = this.y(from[1]);
    const dx = this.x(from[0] + down[0]) - x, dy = this.y(from[1] + down[1]) - y;
    const length = Math.hypot(dx, dy);
    if (!(length > 1e-12)) return;
    const ux = dx / length, uy = dy / length;
    const tx = x + 30 * ux, ty = y + 30 * uy;
    this.moving.append(drawn("path", {
      class: "gradient",
      d: `M${x} ${y}L${tx} ${ty}M${tx - 7 * ux - 4 * uy} ${ty - 7 * uy + 4 * ux}L${tx} ${ty}L${tx - 7 * ux + 4 * uy} ${ty - 7 * uy - 4 * ux}`,
    }));
  }

  #tell() {
    const { paths, words, heads } = this.data;
    const table = element("table");
    const head = element("tr");
    for (const word of heads) head.append(element("th", "", word, { scope: "col" }));
    table.append(head);
    paths.forEach((path) => {
      const until = Math.min(this.at, path.points.length - 1);
      const row = element("tr");
      const name = element("th", "", null, { scope: "row" });
      const sample = drawn("svg", { width: 34, height: 10, "aria-hidden": "true" });
      sample.append(drawn("path", { class: "path", d: "M1 5H33", "stroke-dasharray": DASHES[path.dash % DASHES.length] }));
      name.append(sample, element("span", "", path.name));
      row.append(name);
      for (const x of path.where[until]) row.append(element("td", "value", numeral(x)));
      row.append(element("td", "value", numeral(path.values[until])));
      for (const g of path.gradients[until]) row.append(element("td", "derivative", numeral(g)));
      const ended = path.ended && this.at >= path.points.length - 1;
      row.append(element("td", ended ? "warning" : "", ended
        ? `▲ ${words[path.ended]}` : until < this.at ? filled(words.ended, { at: until }) : ""));
      table.append(row);
    });
    this.told.replaceChildren(table);
  }

  // Picking

  #clicked(event) {
    if (!this.tell) return;
    const point = event.target.closest("[data-index]");
    if (point) return this.tell(Number(point.dataset.index));
    const box = this.svg.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const { points = [], extent: [x0, x1, y0, y1] } = this.data;
    if (points.length) {
      // The nearest one within a finger's reach.
      let best = 20, index = -1;
      points.forEach(([a, b], k) => {
        const far = Math.hypot(this.x(a) - x, this.y(b) - y);
        if (far < best) [best, index] = [far, k];
      });
      if (index >= 0) this.tell(index);
      return;
    }
    const u = x0 + ((x - this.room.left) / (this.width - this.room.left - this.room.right)) * (x1 - x0);
    const v = y1 - ((y - this.room.top) / (this.data.height - this.room.top - this.room.bottom)) * (y1 - y0);
    if (u >= x0 && u <= x1 && v >= y0 && v <= y1) this.tell([u, v]);
  }

  end() {
    this.pause();
    this.watch.disconnect();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  let plane = planes.get(root);
  if (!plane) planes.set(root, (plane = new Plane(root)));
  plane.take(data, (pick) => setTriggerValue("pick", pick));
  return () => {
    plane.end();
    planes.delete(root);
  };
}
