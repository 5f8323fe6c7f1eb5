// The values of many inputs as a table: one is chosen, and opened for its slider. Beside each stands
// its derivative, as far as the pass has come where the player stands; the player tells it.

const REST = 80; // ms for which a handle rests before its number is told
const tables = new WeakMap();

class Inputs {
  constructor(root) {
    this.root = root;
    this.rows = new Map();
    this.table = element("table", "", null, { role: "grid" });
    root.replaceChildren(this.table);
    this.range = element("input", "slide", null, { type: "range", step: "any" });
    this.slide = element("td", "slider", null, { colspan: 3 });
    this.ends = element("div", "ends", null, { "aria-hidden": "true" });
    this.slide.append(this.range, this.ends);
    this.opened = element("tr", "opened");
    this.opened.append(this.slide);
    this.range.addEventListener("input", () => this.#slid(REST));
    this.range.addEventListener("change", () => this.#slid(0));
    this.hear = ({ detail }) => this.#known(detail);
    document.addEventListener("derivatives", this.hear);
  }

  /** Take the rows: `name`, `math`, `value`, its `number` if it is one, `fault`, `begins` a group. */
  take(data, tell) {
    this.tell = tell;
    this.words = data.words;
    this.table.setAttribute("aria-label", data.words.inputs);
    const names = data.rows.map(({ name }) => name);
    if (names.join() !== [...this.rows.keys()].join()) this.#build(data.rows);
    for (const row of data.rows) this.#fill(row);
    if (!this.rows.get(this.chosen)) this.chosen = names.find((name) => this.rows.get(name).slides);
    this.#open();
    document.dispatchEvent(new Event("derivatives-wanted"));
  }

  #build(rows) {
    this.rows = new Map();
    const { words } = this;
    const head = element("tr");
    this.symbol = element("th", "derivative math", null, { scope: "col" });
    head.append(
      element("th", "", words.inputs, { scope: "col" }),
      element("th", "value", words.value, { scope: "col" }),
      this.symbol,
    );
    const top = element("thead"), body = element("tbody");
    top.append(head);
    for (const { name, math, begins } of rows) {
      const line = element("tr", begins ? "begins" : "");
      const field = element("input", "", null, { "aria-label": filled(words.value_of, { name }) });
      const found = element("td", "derivative");
      const named = put(element("th", "math", null, { scope: "row" }), math);
      const cell = element("td", "value");
      cell.append(field);
      line.append(named, cell, found);
      line.addEventListener("click", () => this.#choose(name));
      field.addEventListener("focus", () => this.#choose(name));
      field.addEventListener("change", () => this.#edited(name));
      field.addEventListener("keydown", (event) => this.#key(event, name));
      body.append(line);
      this.rows.set(name, { line, field, found, cell, kept: "" });
    }
    this.table.replaceChildren(top, body);
  }

  #fill({ name, value, number, fault, wide }) {
    const row = this.rows.get(name);
    const typing = row.field.matches(":focus") && row.field.value !== row.kept;
    const sliding = this.chosen === name && this.range.matches(":active");
    row.kept = value;
    row.slides = number !== null;
    row.number = number;
    row.cell.colSpan = wide ? 2 : 1;
    row.found.hidden = wide;
    row.field.setAttribute("aria-invalid", Boolean(fault));
    row.field.title = fault;
    if (!typing && !sliding) row.field.value = value;
  }

  #choose(name) {
    if (this.chosen === name || !this.rows.get(name).slides) return;
    this.chosen = name;
    this.#open();
  }

  /** Put the slider under the chosen row. */
  #open() {
    for (const [name, { line }] of this.rows) line.classList.toggle("chosen", name === this.chosen);
    const row = this.rows.get(this.chosen);
    if (!row) {
      this.opened.remove();
      return;
    }
    if (row.line.nextElementSibling !== this.opened) row.line.after(this.opened);
    if (this.range.matches(":active")) return;
    let reach = 5;
    while (reach < Math.abs(row.number)) reach *= 10;
    Object.assign(this.range, { min: -reach, max: reach, step: reach / 500 });
    this.range.value = row.number;
    this.range.setAttribute("aria-label", filled(this.words.slide, { name: this.chosen }));
    this.ends.replaceChildren(element("span", "", `−${reach}`), element("span", "", `${reach}`));
  }

  #slid(rest) {
    const name = this.chosen, row = this.rows.get(name);
    row.field.value = String(Number(Number(this.range.value).toPrecision(10)));
    clearTimeout(this.resting);
    if (rest) this.resting = setTimeout(() => this.#edited(name), rest);
    else this.#edited(name);
  }

  #edited(name) {
    const row = this.rows.get(name);
    if (row.field.value === row.kept) return;
    row.kept = row.field.value;
    this.tell([name, row.kept]);
  }

  #key(event, name) {
    const row = this.rows.get(name), names = [...this.rows.keys()];
    const to = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (to) this.rows.get(names[names.indexOf(name) + to])?.field.focus();
    else if (event.key === "Enter") this.#edited(name);
    else if (event.key === "Escape") row.field.value = row.kept;
    else return;
    event.preventDefault();
  }

  /** Show what is known of the derivatives, and open the input that was chosen in the drawing. */
  #known({ symbol, words, inputs, chosen }) {
    if (!this.symbol) return;
    put(this.symbol, symbol);
    for (const { name, reached, number, more } of inputs) {
      const found = this.rows.get(name)?.found;
      if (!found) continue;
      found.replaceChildren();
      if (reached) putNumber(found, number, words);
      found.classList.toggle("more", more);
    }
    if (this.rows.has(chosen)) this.#choose(chosen);
  }

  end() {
    clearTimeout(this.resting);
    document.removeEventListener("derivatives", this.hear);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".inputs");
  root.dataset.theme = data.theme;
  let table = tables.get(root);
  if (!table) tables.set(root, (table = new Inputs(root)));
  table.take(data, (edit) => setTriggerValue("edit", edit));
  return () => {
    table.end();
    tables.delete(root);
  };
}
