// The table: one row an edge, grouped by node, that fills up as the steps go on.

const ROW = 27; // px
const LEAST_ROWS = 5;
const SQUEEZES = ["", "names", "symbols", "tight", "wrapped"]; // what is given up for the width
const BELOW = 64; // px for the closed form and the verdict of the check

class Table {
  constructor(words, act) {
    this.words = words;
    this.act = act;
    this.root = element("div", "table");
    this.squeezed = 0;
    this.table = element("table", "", null, { "aria-label": words.table });
    this.root.append(this.table);
    this.table.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (row) this.act(row.dataset.row);
    });
    this.table.addEventListener("keydown", (event) => this.#key(event));
    this.table.addEventListener("focusin", (event) => this.#reach(event.target.dataset?.row));
  }

  /** Write the rows, with one column for a partial and its number where it is narrow. */
  build(run, narrow) {
    const focused = this.root.getRootNode().activeElement?.dataset?.row;
    this.run = run;
    this.at = null;
    const names = narrow
      ? ["node", "value", "partial", "number", "derivative"]
      : ["node", "partial", "value", "number", "derivative"];
    const headed = JSON.stringify([names, run.payload.columns]);
    // While somebody types most rows go on saying the same: these stay as they are.
    const before = headed === this.headed ? this.rows : new Map();
    if (headed !== this.headed) this.#head(names, narrow);
    this.headed = headed;
    this.rows = new Map(run.payload.rows.map((row, i) => {
      const next = run.payload.rows[i + 1];
      return [row.id, this.#row(row, names, narrow, !next || next.first, before.get(row.id))];
    }));
    const lines = [...this.rows.values()].map(({ line }) => line);
    const same = lines.length === this.body.children.length
      && lines.every((line, i) => line === this.body.children[i]);
    if (!same) this.body.replaceChildren(...lines);
    this.#reach(this.rows.has(focused) ? focused : run.payload.rows[0]?.id);
    if (this.rows.has(focused)) this.rows.get(focused).line.focus({ preventScroll: true });
  }

  #head(names, narrow) {
    const { columns } = this.run.payload;
    this.columns = names.map((name) => element("col", name));
    const groups = element("colgroup");
    groups.append(...this.columns);
    const head = element("tr");
    for (const name of names) {
      if (narrow && name === "number") continue;
      const cell = element("th", name, null, { scope: "col" });
      if (name === "derivative") cell.append(typeset(columns.derivative));
      else cell.textContent = narrow && name === "partial" ? this.words.partial_short : columns[name];
      if (narrow && name === "partial") cell.colSpan = 2;
      head.append(cell);
    }
    const top = element("thead");
    top.append(head);
    this.body = element("tbody");
    this.table.replaceChildren(groups, top, this.body);
    this.held = null;
  }

  #row(row, names, narrow, ends, before) {
    const node = this.run.nodes.get(row.node);
    const edge = row.edge ? this.run.edges.get(row.edge) : null;
    const told = node.formula ? node.text.split(`, ${this.words.value} `)[0] : "";
    const terse = narrow && edge?.number?.show;
    const key = JSON.stringify([
      row, ends, node.equation, node.name, told, edge?.symbol, edge?.name, terse,
    ]);
    if (before?.key === key) return Object.assign(before, { row, edge });
    const line = element("tr", ends ? "ends" : "", null, { tabindex: "-1" });
    line.dataset.row = row.id;
    line.dataset.hot = row.id;
    const cells = {};
    for (const name of names) {
      cells[name] = element("td", name);
      line.append(cells[name]);
    }
    const shown = [typeset(node.equation, "whole"), typeset(node.name, "short")];
    for (const one of shown) one.classList.toggle("again", !row.first);
    cells.node.append(...shown);
    cells.node.title = told;
    if (!edge) cells.partial.append(element("span", "plain", row.partial));
    else {
      const symbol = typeset(edge.symbol, "short then");
      const same = narrow && symbol.textContent === edge.number?.show;
      const name = typeset(edge.name, "first");
      cells.partial.append(...(narrow ? [] : [name, typeset(row.partial, "whole then")]));
      if (!same) cells.partial.append(symbol);
    }
    this.held = null;
    return { key, row, edge, line, cells, shown: {} };
  }

  /** Give every column the width of what it will hold, so that nothing moves while stepping. */
  measure(scale = 1) {
    const held = `${this.root.clientWidth} ${scale} ${this.#lengths()}`;
    if (held === this.held) return;
    this.held = held;
    this.table.style.tableLayout = this.table.style.width = "";
    for (const column of this.columns) column.style.width = "";
    this.show(this.run.last);
    // Each try lays the page out; the last time tells where to begin.
    const began = Math.max(0, this.squeezed - 1);
    let at = began;
    while (!this.#fits(at) && at < SQUEEZES.length - 1) at += 1;
    while (at > 0 && at <= began && this.#fits(at - 1)) at -= 1;
    this.squeezed = at;
    this.#fits(at);
    const first = this.table.rows[1];
    if (!first) return;
    const widths = [...first.cells].map((cell) => cell.getBoundingClientRect().width / scale);
    this.columns.forEach((column, i) => { column.style.width = `${widths[i]}px`; });
    // A table of fixed layout that takes all the width would claim more of it than it needs.
    this.table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.table.style.tableLayout = "fixed";
  }

  /** Return how long all is that the rows hold at the end. */
  #lengths() {
    const { run } = this;
    const long = (event) => event && [event.number, ...(event.terms ?? [])].map((one) => one?.show.length);
    return JSON.stringify([...this.rows.values()].map(({ row, edge }) => {
      const brought = row.derivative && run.known(row.derivative, run.last);
      return [
        long(run.known(`value:${row.node}`, run.last)), edge?.number?.show.length,
        long(brought), long(this.#sum(row, edge, brought)),
      ];
    }));
  }

  /** Give up so much for the width; tell whether the table fits. */
  #fits(at) {
    this.root.className = ["table", ...SQUEEZES.slice(1, at + 1)].join(" ");
    return this.table.scrollWidth <= this.root.clientWidth + 1;
  }

  /** Show what is known at a step, and tint the step's row. */
  show(at) {
    const step = this.run.steps[at];
    for (const made of this.rows.values()) this.#showRow(made, at, step);
    this.at = at;
  }

  #showRow(made, at, step) {
    const { row, edge, line, cells, shown } = made;
    const { run, words } = this;
    const current = step.row === row.id ? `current ${step.phase}` : "";
    if (shown.current !== current) {
      line.classList.remove("current", "values", "partials", "tangents", "adjoints");
      if (current) line.classList.add(...current.split(" "));
      if (current) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
      shown.current = current;
    }
    const changed = (what, known, ...more) => {
      const now = known ? JSON.stringify([known.number, known.terms, ...more]) : "";
      const differs = shown[what] !== now;
      shown[what] = now;
      return differs;
    };
    const value = run.known(`value:${row.node}`, at);
    if (row.first && changed("value", value)) putNumber(cells.value, value?.number, words);
    if (edge) {
      const partial = run.known(`partial:${edge.id}`, at);
      if (changed("partial", partial, edge.text)) this.#putPartial(made, partial);
    }
    if (!row.derivative) {
      if (shown.derivative === undefined) {
        cells.derivative.textContent = words.none;
        shown.derivative = "none";
      }
      return;
    }
    const brought = run.known(row.derivative, at);
    const sum = this.#sum(row, edge, brought);
    const complete = Boolean(sum) && run.isComplete(`derivative:${row.node}`, sum);
    if (changed("derivative", brought, sum?.number, sum?.terms, complete)) {
      this.#putDerivative(cells.derivative, brought, sum, complete);
    }
  }

  /** Return the sum that a share was added to, null where it was the first. */
  #sum(row, edge, brought) {
    if (!brought || !edge) return null;
    const sums = this.run.events.get(`derivative:${row.node}`) ?? [];
    const sum = sums.find(({ at }) => at === brought.at);
    return sum?.terms.length > 1 ? sum : null;
  }

  #putPartial({ edge, line, cells }, partial) {
    if (edge.number) putNumber(cells.number, partial?.number, this.words);
    line.classList.toggle("partial-known", Boolean(partial));
    cells.partial.title = partial ? edge.text : "";
  }

  /** Write a share, and after it the sum where others came before. */
  #putDerivative(host, brought, sum, complete) {
    if (!sum) {
      putNumber(host, brought?.number, this.words);
      return;
    }
    const share = element("span", "share");
    putNumber(share, sum.terms.at(-1), this.words);
    const total = element("span", complete ? "total complete" : "total");
    putNumber(total, sum.number, this.words);
    host.removeAttribute("title");
    const [plus, equals] = sum.terms.at(-1).show.startsWith("−") ? ["+ (", ") = "] : ["+ ", " = "];
    host.replaceChildren(plus, share, equals, total);
  }

  /** Light the rows named, or nothing. */
  light(ids) {
    for (const [id, { line }] of this.rows) line.classList.toggle("hot", ids.has(id));
  }

  /** End where the window does, before the closed form, if that leaves room for six rows. */
  fit(seen) {
    const room = seen - BELOW - this.root.getBoundingClientRect().top;
    const least = LEAST_ROWS * ROW + (this.table.tHead?.offsetHeight ?? ROW);
    // A few px short are none; else the table scrolls by whole rows, so that none is cut in half.
    const whole = room - ((room - least) % ROW);
    const given = room >= this.table.offsetHeight - ROW / 2 ? Infinity : Math.max(whole, least);
    this.root.style.maxHeight = room < seen && room >= least - ROW && given < seen ? `${given}px` : "";
  }

  /** Bring the step's row into a table that scrolls. */
  follow(step) {
    const line = this.rows.get(step.row)?.line;
    if (!line || this.root.scrollHeight <= this.root.clientHeight + 1) return;
    const top = line.offsetTop - this.table.tHead.offsetHeight;
    const low = line.offsetTop + line.offsetHeight - this.root.clientHeight;
    if (this.root.scrollTop > top) this.root.scrollTop = top;
    else if (this.root.scrollTop < low) this.root.scrollTop = low;
  }

  #reach(id) {
    if (!this.rows.has(id)) return;
    this.rows.get(this.reachable)?.line.setAttribute("tabindex", "-1");
    this.rows.get(id).line.setAttribute("tabindex", "0");
    this.reachable = id;
  }

  #key(event) {
    const line = event.target.closest("tr[data-row]");
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.act(line.dataset.row);
    else if (event.key === "ArrowDown") line.nextElementSibling?.focus();
    else if (event.key === "ArrowUp") line.previousElementSibling?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
