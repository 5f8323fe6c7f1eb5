// A table worked by hand: real fields, in working order, with a mark beside what is checked.

class WorkTable {
  constructor(root, words, send) {
    this.root = root;
    this.words = words;
    this.send = send;
    this.fields = new Map();
    this.report = new Report(words, (id) => this.fields.get(id)?.input.focus());
    this.left = element("div", "left");
    root.append(this.left, this.report.root);
    root.classList.add("worktable");
    dress(root);
  }

  take(payload) {
    this.payload = payload;
    if (payload.digest !== this.digest) {
      this.digest = payload.digest;
      this.store = new Store(payload.digest);
      this.filled = null;
      this.way = "type";
      this.#build();
      // After a reload the marks are asked for once more: only the browser knows the answers.
      if (this.store.kept.checked && !payload.report) this.check();
    }
    if (payload.pasted && payload.pasted.number !== this.filled) {
      this.filled = payload.pasted.number;
      this.#fill(payload.pasted);
    }
    this.report.show(payload.report);
    this.#mark();
  }

  // The parts

  #build() {
    const { words, payload } = this;
    const head = element("div", "bar");
    const ways = element("div", "segments", null, { role: "group" });
    this.ways = ["type", "paste_csv", "paste_latex"].map((way) => {
      const made = button(words[way], () => this.#turn(way), "segment");
      made.dataset.way = way;
      ways.append(made);
      return made;
    });
    head.append(element("h2", "", words.table), ways);
    this.paste = element("div", "paste");
    this.area = element("textarea", "", null, {
      rows: "8", spellcheck: "false", "aria-label": words.paste_here, placeholder: words.paste_here,
    });
    this.faults = element("ul", "faults", null, { role: "alert" });
    this.paste.append(this.area, button(words.take, () => this.#pasted()), this.faults);
    this.table = element("table", "", null, { "aria-label": words.table });
    this.fields.clear();
    this.#head();
    this.#body();
    this.checker = button(words.check, () => this.check(), "button main");
    const below = element("div", "below-table");
    below.append(
      this.checker, button(words.clear, () => this.#clear()), element("span", "quiet", words.quiet),
    );
    this.left.replaceChildren(head, this.paste, this.table, below);
    this.table.addEventListener("keydown", (event) => this.#key(event));
    this.#turn("type");
    this.table.dataset.rows = payload.rows.length;
  }

  #head() {
    const row = element("tr");
    for (const [name, text] of [
      ["node", this.words.node], ["partial", this.words.partial], ["value", this.words.value],
      ["number", this.words.number], ["derivative", null], ["note", ""],
    ]) {
      const cell = element("th", name, text, { scope: "col" });
      if (text === null) cell.append(typeset(this.payload.derivative));
      row.append(cell);
    }
    const head = element("thead");
    head.append(row);
    this.table.replaceChildren(head);
  }

  #body() {
    const body = element("tbody");
    for (const row of this.payload.rows) {
      const line = element("tr", row.first ? "first" : "");
      if (row.first) line.append(this.#cell("node", row.span, typeset(row.node)));
      const partial = row.partial ? typeset(row.partial) : element("span", "quiet", row.word);
      line.append(this.#cell("partial", 1, partial));
      if (row.first) line.append(this.#cell("value", row.span, this.#content(row.value, "value")));
      line.append(this.#cell("number", 1, row.number && this.#content(row.number, "partial")));
      if (row.first) {
        line.append(
          this.#cell("derivative", row.span, row.derivative && this.#content(row.derivative, "derivative")),
          this.#cell("note", row.span, row.derivative && this.fields.get(row.derivative.id).note),
        );
      }
      body.append(line);
    }
    this.table.append(body);
  }

  #cell(name, span, content) {
    const cell = element("td", name, null, span > 1 ? { rowspan: span } : {});
    if (content) cell.append(content);
    return cell;
  }

  /** Return a field, or the number that is given. */
  #content(asked, role) {
    if (asked.given !== undefined) {
      const given = element("span", "given-number");
      given.append(element("small", "quiet", this.words.given), element("span", role, asked.given));
      return given;
    }
    const box = element("span", `field ${role}`);
    const short = element("span", "short-label");
    short.append(typeset(asked.short));
    const input = element("input", role, null, {
      type: "text", inputmode: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", maxlength: "200", name: asked.id,
    });
    input.value = this.store.answers[asked.id] ?? "";
    const mark = element("span", "mark-place");
    const note = element("span", "note-words");
    box.append(mark, input);
    const field = { id: asked.id, label: asked.label, input, box, mark, note };
    this.fields.set(asked.id, field);
    input.setAttribute("aria-label", asked.label);
    input.addEventListener("input", () => {
      this.store.set(asked.id, input.value.trim());
      this.#markOne(field);
    });
    const whole = element("label", "labelled");
    whole.append(short, box);
    return whole;
  }

  // What people do

  check() {
    this.store.checked(true);
    const answers = Object.fromEntries([...this.fields].map(([id, { input }]) => [id, input.value.trim()]));
    this.send("check", { digest: this.digest, answers });
  }

  #clear() {
    this.store.clear();
    for (const { input } of this.fields.values()) input.value = "";
    this.payload = { ...this.payload, report: null };
    this.report.show(null);
    this.#mark();
    this.send("ask", { digest: this.digest, clear: true });
  }

  #turn(way) {
    this.way = way;
    for (const one of this.ways) one.setAttribute("aria-pressed", String(one.dataset.way === way));
    this.paste.hidden = way === "type";
    if (way !== "type") this.area.focus();
  }

  #pasted() {
    const format = this.way === "paste_latex" ? "latex" : "csv";
    this.send("ask", { digest: this.digest, pasted: this.area.value, format });
  }

  #fill({ answers, faults }) {
    for (const [id, words] of Object.entries(answers)) {
      const field = this.fields.get(id);
      if (!field) continue;
      field.input.value = words;
      this.store.set(id, words);
    }
    this.faults.replaceChildren(...faults.map((fault) => element("li", "", fault)));
    if (!faults.length) {
      this.#turn("type");
      this.area.value = "";
    }
  }

  #key(event) {
    if (event.target.tagName !== "INPUT") return;
    const order = this.payload.order.map((id) => this.fields.get(id)).filter(Boolean);
    const at = order.findIndex(({ input }) => input === event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.check();
    else if (event.key === "Enter" || event.key === "ArrowDown") order[at + 1]?.input.focus();
    else if (event.key === "ArrowUp") order[at - 1]?.input.focus();
    else return;
    event.preventDefault();
  }

  // Marks

  #mark() {
    const report = this.payload.report;
    this.checker.textContent = report ? this.words.again : this.words.check;
    for (const field of this.fields.values()) this.#markOne(field);
  }

  #markOne(field) {
    const { report } = this.payload;
    const marked = report?.marks[field.id];
    const same = marked && marked.given === field.input.value.trim();
    const verdict = same && marked.given ? marked.verdict : "";
    const first = verdict === "wrong" && report.first === field.id;
    field.box.className = `field ${verdict} ${first ? "first-wrong" : ""}`;
    field.mark.replaceChildren(...(verdict ? [verdictMark(verdict)] : []));
    const told = verdict ? `${field.label}: ${this.words[verdict]}` : field.label;
    field.input.setAttribute("aria-label", told);
    field.input.toggleAttribute("aria-invalid", verdict === "wrong");
    field.box.title = same && marked.remark ? marked.remark : "";
    field.note.className = first ? "note-words strong" : "note-words";
    if (first) field.note.textContent = this.words.first;
    else if (verdict === "follows") put(field.note, marked.origin);
    else field.note.textContent = verdict === "wrong" ? this.words.wrong : "";
  }
}
