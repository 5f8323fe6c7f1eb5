// A kernel sliding over a picture, forwards above and backwards below. One product is followed
// through all grids: pixel × weight stands in an output cell, whose adjoint comes back to both.

const CELL = 40, PLAY = 700;
const slides = new WeakMap();
const order = (n) => Array.from({ length: n * n }, (_, k) => [Math.floor(k / n), k % n]);
const entry = (letter, a, b) => letter + [a, b].map((k) => String.fromCodePoint(0x2081 + k)).join("");
const plain = (x) => numeral(Math.abs(x - Math.round(x)) < 1e-9 ? Math.round(x) : x).replace(/\.?0+$/, (z) => (z.startsWith(".") ? "" : z));

class Sliding {
  constructor(root) {
    this.root = root;
    this.bar = element("div", "bar");
    this.body = element("div", "sliding");
    root.replaceChildren(this.bar, this.body);
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  take(data, tell) {
    const fresh = !this.data;
    Object.assign(this, { data, tell });
    this.root.dataset.theme = data.theme;
    this.k = data.K.length;
    this.n = data.C.length;
    this.places = order(this.n);
    this.last = 2 * this.places.length;
    if (fresh) Object.assign(this, { step: this.last, cell: [1, 1], weight: [0, 0] });
    this.#bar();
    this.draw();
  }

  #bar() {
    const { words } = this.data;
    const button = (name, label, act) => {
      const made = element("button", "", null, { type: "button", "aria-label": label, title: label });
      made.append(icon(name));
      made.addEventListener("click", act);
      return made;
    };
    const slider = (this.slider = element("input", "", null, { type: "range", min: 0, max: this.last, step: 1, "aria-label": words.step }));
    slider.addEventListener("input", () => this.go(Number(slider.value)));
    this.count = element("span", "count", "", { role: "status" });
    this.bar.replaceChildren(
      button("first", words.first, () => this.go(0)), button("back", words.back, () => this.go(this.step - 1)),
      button("play", words.play, () => this.play()), button("forward", words.forward, () => this.go(this.step + 1)),
      slider, this.count,
    );
  }

  go(step) {
    clearInterval(this.timer);
    this.timer = null;
    this.#to(step);
  }

  play() {
    if (this.timer) return this.go(this.step);
    if (this.step === this.last) this.#to(0);
    this.timer = setInterval(() => {
      this.#to(this.step + 1);
      if (this.step === this.last) this.go(this.step);
    }, PLAY);
    return undefined;
  }

  #to(step) {
    this.step = Math.max(0, Math.min(this.last, step));
    if (this.step) this.cell = this.places[(this.step - 1) % this.places.length];
    this.draw();
  }

  /** How many output cells are there, and how many have sent their shares. */
  get #done() {
    const n = this.places.length;
    return [Math.min(n, this.step), Math.max(0, this.step - n)];
  }

  /** What has arrived so far at pixels and weights; null where nothing has. */
  #arrived() {
    const { X, K, dC } = this.data, [, sent] = this.#done;
    const dX = X.map((row) => row.map(() => null)), dK = K.map((row) => row.map(() => null));
    for (const [r, c] of this.places.slice(0, sent)) {
      for (const [i, j] of order(this.k)) {
        dX[r + i][c + j] = (dX[r + i][c + j] ?? 0) + dC[r][c] * K[i][j];
        dK[i][j] = (dK[i][j] ?? 0) + dC[r][c] * X[r + i][c + j];
      }
    }
    // At the end stands what the passes computed.
    return sent === this.places.length ? { dX: this.data.dX, dK: this.data.dK } : { dX, dK };
  }

  draw() {
    const { data } = this, { X, K, C, T, dC, words } = data;
    const [filledCells, sent] = this.#done, back = this.step >= this.places.length;
    const [r, c] = this.cell, [i, j] = this.weight;
    const pixel = [r + i, c + j];
    this.slider.value = this.step;
    this.count.textContent = filled(words.step_of, { at: this.step, all: this.last });
    const at = (a, b) => a[0] === b[0] && a[1] === b[1];
    const shared = ([p, q]) => this.places.some(([a, b]) => at([a, b], [p, q]) && pixel[0] - p >= 0 && pixel[0] - p < this.k && pixel[1] - q >= 0 && pixel[1] - q < this.k);
    const rank = ([a, b]) => a * this.n + b;
    const { dX, dK } = this.#arrived();
    const grid = (name, rows, kind, options = {}) => this.#grid(name, rows, kind, options);
    const choose = { pixel: (p) => this.#pixel(p), weight: (w) => this.#choose(this.cell, w), cell: (o) => this.#choose(o, this.weight) };
    const top = element("div", "line"), low = element("div", "line");
    top.append(
      this.#part(words.picture, grid("X", X, "value", { chosen: pixel, pick: choose.pixel, window: this.cell, edit: "X" })),
      element("span", "sign", "∗"),
      this.#part(words.kernel, grid("K", K, "value", { chosen: this.weight, pick: choose.weight, edit: "K" })),
      element("span", "sign", "→"),
      this.#part(words.products, this.#products(order(this.k).map(([a, b]) => ({
        factors: [[X[r + a][c + b], "value"], [K[a][b], "value"]], kind: "value", strong: a === i && b === j,
      })), this.k), rank(this.cell) < filledCells ? [`${entry("c", r, c)} = `, plain(C[r][c]), "value"] : null),
      element("span", "sign", "→"),
      this.#part(words.output, grid("C", C, "value", { chosen: this.cell, pick: choose.cell, there: (p) => rank(p) < filledCells }), [`${words.wanted} `, T.map((row) => row.map(plain).join(" ")).join(" / "), "value"]),
    );
    const sharing = this.places.filter(shared), wide = new Set(sharing.map(([, q]) => q)).size;
    const pixelShares = sharing.map(([p, q]) => ({
      factors: [[dC[p][q], "derivative"], [K[pixel[0] - p][pixel[1] - q], "value"]], kind: "derivative", strong: at([p, q], this.cell), there: rank([p, q]) < sent,
    }));
    const weightShares = this.places.map(([p, q]) => ({
      factors: [[dC[p][q], "derivative"], [X[p + i][q + j], "value"]], kind: "derivative", strong: at([p, q], this.cell), there: rank([p, q]) < sent,
    }));
    const both = element("div", "two");
    both.append(
      this.#part(filled(words.into_pixel, { count: pixelShares.length, at: entry("x", ...pixel) }), this.#products(pixelShares, wide), dX[pixel[0]][pixel[1]] === null ? null : [`${words.sum} `, plain(dX[pixel[0]][pixel[1]]), "derivative"]),
      this.#part(filled(words.into_weight, { count: weightShares.length, at: entry("k", i, j) }), this.#products(weightShares, this.n), dK[i][j] === null ? null : [`${words.sum} `, plain(dK[i][j]), "derivative"]),
    );
    low.append(
      this.#part("∂J/∂X", grid("∂J/∂X", dX, "derivative", { chosen: pixel, pick: choose.pixel })),
      element("span", "sign back", "←"),
      this.#part("∂J/∂K", grid("∂J/∂K", dK, "derivative", { chosen: this.weight, pick: choose.weight })),
      element("span", "sign back", "←"), both, element("span", "sign back", "←"),
      this.#part("∂J/∂C = C − T", grid("∂J/∂C", dC, "derivative", { chosen: this.cell, pick: choose.cell, shared, there: () => back }), back ? [`J = ½ ∑ (C − T)² = `, plain(data.J), "value"] : null),
    );
    const told = element("p", "sentence");
    told.append(element("b", "", `${words.one_product} `), element("span", "", this.#sentence(pixel)));
    this.body.replaceChildren(top, low, told);
    if (this.focus) this.body.querySelector(`[data-at="${this.focus}"]`)?.focus();
  }

  #sentence([p, q]) {
    const { X, K, dC, words } = this.data, [r, c] = this.cell, [i, j] = this.weight;
    const x = X[p][q], k = K[i][j], d = dC[r][c];
    return filled(words.followed, {
      x: entry("x", p, q), k: entry("k", i, j), c: entry("c", r, c), product: `${plain(x)} × ${plain(k)} = ${plain(x * k)}`,
      to_pixel: `${plain(d)} × ${plain(k)} = ${plain(d * k)}`, to_weight: `${plain(d)} × ${plain(x)} = ${plain(d * x)}`,
    });
  }

  #part(words, inner, below = null) {
    const made = element("div", "part");
    made.append(element("div", "head", words), inner);
    if (below) {
      const line = element("div", "foot");
      line.append(element("span", "", below[0]), element("b", below[2], below[1]));
      made.append(line);
    }
    return made;
  }

  #grid(name, rows, kind, { chosen, pick, window: place, shared, there = () => true, edit }) {
    const made = element("div", `grid ${kind}`, null, { role: "grid", "aria-label": name });
    made.style.gridTemplateColumns = `repeat(${rows[0].length}, ${CELL}px)`;
    const most = Math.max(1e-9, ...rows.flat().map((x) => Math.abs(x ?? 0)));
    rows.forEach((row, a) => {
      const line = element("div", "row", null, { role: "row" });
      row.forEach((x, b) => {
        const known = x !== null && there([a, b]);
        const is = chosen[0] === a && chosen[1] === b;
        const cell = element("button", `cell${is ? " chosen" : ""}${known ? "" : " open"}${shared?.([a, b]) && !is ? " shared" : ""}`, known ? plain(x) : "", {
          type: "button", role: "gridcell", "data-at": `${name}${a}${b}`, "aria-label": `${name} ${a + 1},${b + 1} ${known ? plain(x) : this.data.words.open}`,
        });
        cell.style.setProperty("--share", known ? `${Math.round(28 * Math.abs(x) / most)}%` : "0%");
        // A click chooses; another one on what is chosen writes it over.
        cell.addEventListener("click", () => (is && edit ? this.#edit(cell, edit, a, b, x) : pick([a, b])));
        line.append(cell);
      });
      made.append(line);
    });
    if (place) {
      const frame = element("div", "window");
      Object.assign(frame.style, { width: `${this.k * CELL}px`, height: `${this.k * CELL}px` });
      const put = ([a, b]) => (frame.style.transform = `translate(${b * CELL}px, ${a * CELL}px)`);
      put(this.before ?? place);
      this.before = place;
      requestAnimationFrame(() => put(place));
      made.append(frame);
    }
    return made;
  }

  #edit(cell, grid, a, b, x) {
    const field = element("input", "cell chosen", null, { value: plain(x).replace("−", "-"), "aria-label": `${grid} ${a + 1},${b + 1}` });
    cell.replaceWith(field);
    field.focus();
    field.select();
    field.addEventListener("change", () => this.tell([grid, a, b, field.value]));
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") field.blur();
    });
    field.addEventListener("blur", () => this.draw());
  }

  #products(list, across) {
    const made = element("div", "product-grid");
    made.style.gridTemplateColumns = `repeat(${across}, 97px)`;
    for (const { factors, kind, strong, there = true } of list) {
      const box = element("div", `product ${kind}${strong ? " strong" : ""}${there ? "" : " open"}`);
      if (there) {
        box.append(element("span", factors[0][1], plain(factors[0][0])), " × ", element("span", factors[1][1], plain(factors[1][0])), " = ", element("b", kind, plain(factors[0][0] * factors[1][0])));
      }
      made.append(box);
    }
    return made;
  }

  // Choosing: the other two follow to one product they share

  #choose(cell, weight) {
    clearInterval(this.timer);
    this.timer = null;
    Object.assign(this, { cell, weight });
    this.draw();
  }

  #pixel([p, q]) {
    const near = (x) => Math.max(0, Math.min(this.n - 1, x));
    const [r, c] = this.cell;
    const cell = [near(Math.max(p - this.k + 1, Math.min(p, r))), near(Math.max(q - this.k + 1, Math.min(q, c)))];
    this.#choose(cell, [p - cell[0], q - cell[1]]);
  }

  #key(event) {
    if (event.target.tagName === "INPUT" && event.target !== this.slider) return;
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      const [r, c] = this.cell, near = (x) => Math.max(0, Math.min(this.n - 1, x));
      const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      event.preventDefault();
      this.#choose([near(r + move[0]), near(c + move[1])], this.weight);
      return;
    }
    const to = { ArrowLeft: this.step - 1, ArrowRight: this.step + 1, Home: 0, End: this.last }[event.key];
    if (to === undefined || event.target === this.slider) return;
    event.preventDefault();
    this.go(to);
  }

  end() {
    clearInterval(this.timer);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  let sliding = slides.get(root);
  if (!sliding) slides.set(root, (sliding = new Sliding(root)));
  sliding.take(data, (edit) => setTriggerValue("edit", edit));
  return () => {
    sliding.end();
    slides.delete(root);
  };
}
