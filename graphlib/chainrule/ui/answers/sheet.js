// A sheet of exercises whose markup comes from Python: its fields are kept, checked and helped.

class AnswerSheet {
  constructor(root, words, send) {
    this.root = root;
    this.words = words;
    this.send = send;
    this.paper = element("div", "paper");
    root.append(this.paper);
    root.classList.add("answersheet");
    dress(root);
  }

  take(payload) {
    this.payload = payload;
    if (payload.digest !== this.digest) {
      this.digest = payload.digest;
      this.store = new Store(payload.digest);
      this.#build();
      if (this.store.kept.checked && !payload.report) this.check();
    }
    this.#mark();
    this.#helped();
  }

  #build() {
    this.paper.innerHTML = this.payload.html; // made and escaped by Python
    this.fields = new Map();
    for (const input of this.paper.querySelectorAll("input[name], select[name]")) {
      const id = input.name;
      input.value = this.store.answers[id] ?? "";
      if (input.tagName === "INPUT") {
        for (const [name, value] of Object.entries({ maxlength: "200", spellcheck: "false", autocapitalize: "off" })) {
          input.setAttribute(name, value);
        }
      }
      const mark = element("span", "mark-place");
      input.before(mark);
      const field = { id, input, mark, label: input.getAttribute("aria-label") ?? id };
      this.fields.set(id, field);
      input.addEventListener("input", () => {
        this.store.set(id, input.value.trim());
        this.#markOne(field);
        this.#count();
      });
    }
    for (const place of this.paper.querySelectorAll("[data-task]")) {
      const task = place.dataset.task;
      const row = element("div", "actions");
      const help = element("div", "help", null, { "aria-live": "polite" });
      row.append(
        button(this.words.check, () => this.check(), "button main"),
        button(this.words.help, () => this.ask(task, "hint")),
        button(this.words.reveal, () => this.ask(task, "reveal")),
      );
      place.append(row, help);
    }
    this.progress = element("span", "quiet", null, { role: "status" });
    const foot = element("div", "actions foot");
    foot.append(button(this.words.save, () => this.save()), this.progress);
    this.paper.append(foot);
    this.paper.addEventListener("keydown", (event) => this.#key(event));
    this.#count();
  }

  get answers() {
    return Object.fromEntries([...this.fields].map(([id, { input }]) => [id, input.value.trim()]));
  }

  check() {
    this.store.checked(true);
    this.send("check", { digest: this.digest, answers: this.answers });
  }

  /** Give the answers as a file, to hand in or to keep; it is made in the browser. */
  save() {
    const { student, title, file } = this.payload;
    const given = Object.entries(this.answers).filter(([, words]) => words);
    const record = { title, student, answers: Object.fromEntries(given) };
    const blob = new Blob([`${JSON.stringify(record, null, 1)}\n`], { type: "application/json" });
    const link = element("a", "", null, { href: URL.createObjectURL(blob), download: file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  ask(task, what) {
    const count = (this.asked ?? 0) + 1;
    this.asked = count;
    this.send("ask", { digest: this.digest, task: Number(task), what, answers: this.answers, count });
  }

  #count() {
    const done = [...this.fields.values()].filter(({ input }) => input.value.trim()).length;
    this.progress.textContent = worded(this.words.progress, { done, count: this.fields.size });
  }

  #key(event) {
    if (event.target.tagName !== "INPUT" || event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) this.check();
    else {
      const order = [...this.fields.values()].map(({ input }) => input);
      order[order.indexOf(event.target) + 1]?.focus();
    }
    event.preventDefault();
  }

  // Hints and numbers that were asked for

  #helped() {
    const { helped } = this.payload;
    if (!helped || helped.count === this.answered) return;
    this.answered = helped.count;
    const place = this.paper.querySelector(`[data-task="${Number(helped.task)}"] .help`);
    if (!place) return;
    place.replaceChildren();
    for (const hint of helped.hints) place.append(put(element("p"), hint));
    const field = this.fields.get(helped.cell);
    if (!field) return;
    if (helped.reveal) {
      field.input.value = helped.reveal;
      this.store.set(field.id, helped.reveal);
      this.#count();
      this.#markOne(field);
    }
    field.input.focus();
  }

  // Marks

  #mark() {
    for (const field of this.fields.values()) this.#markOne(field);
    for (const place of this.paper.querySelectorAll("[data-task]")) {
      const said = this.payload.report?.tasks[place.dataset.task];
      let told = place.querySelector(".said");
      if (!told) {
        told = element("div", "said", null, { "aria-live": "polite" });
        place.append(told);
      }
      if (said) put(told, said);
      else told.replaceChildren();
    }
  }

  #markOne(field) {
    const marked = this.payload.report?.marks[field.id];
    const same = marked && marked.given === field.input.value.trim();
    const verdict = same && marked.given ? marked.verdict : "";
    field.mark.replaceChildren(...(verdict ? [verdictMark(verdict)] : []));
    field.input.className = verdict;
    field.input.toggleAttribute("aria-invalid", verdict === "wrong");
    field.input.setAttribute("aria-label", verdict ? `${field.label}: ${this.words[verdict]}` : field.label);
  }
}
