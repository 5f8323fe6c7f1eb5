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
    this.rows = new Map();
    const { columns } = run.payload;
    const names = narrow
      ? ["node", "value", "partial", "number", "derivative"]
      : ["node", "partial", "value", "number", "derivative"];
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
    const body = element("tbody");
    run.payload.rows.forEach((row, i) => {
      const next = run.payload.rows[i + 1];
      body.append(this.#row(row, names, narrow, !next || next.first));
    });
    const top = element("thead");
    top.append(head);
    this.table.replaceChildren(groups, top, body);
    this.#reach(this.rows.has(focused) ? focused : run.payload.rows[0]?.id);
    if (this.rows.has(focused)) this.rows.get(focused).line.focus({ preventScroll: true });
  }

  #row(row, names, narrow, ends) {
    const line = element("tr", ends ? "ends" : "", null, { tabindex: "-1" });
    line.dataset.row = row.id;
    line.dataset.hot = row.id;
    const edge = row.edge ? this.run.edges.get(row.edge) : null;
    const cells = {};
    for (const name of names) {
      cells[name] = element("td", name);
      line.append(cells[name]);
    }
    const node = this.run.nodes.get(row.node);
    const shown = [typeset(node.equation, "whole"), typeset(node.name, "short")];
    for (const one of shown) one.classList.toggle("again", !row.first);
    cells.node.append(...shown);
    cells.node.title = node.formula ? node.text.split(`, ${this.words.value} `)[0] : "";
    if (!edge) cells.partial.append(element("span", "plain", row.partial));
    else {
      const symbol = typeset(edge.symbol, "short then");
      const same = narrow && symbol.textContent === edge.number?.show;
      const name = typeset(edge.name, "first");
      cells.partial.append(...(narrow ? [] : [name, typeset(row.partial, "whole then")]));
      if (!same) cells.partial.append(symbol);
    }
    const made = { row, edge, line, cells, shown: {} };
    this.rows.set(row.id, made);
    return line;
  }

  /** Give every column the width of what it will hold, so that nothing moves while stepping. */
  measure(scale = 1) {
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
    const value = run.known(`value:${row.node}`, at);
    if (row.first && shown.value !== value) {
      putNumber(cells.value, value?.number, words);
      shown.value = value;
    }
    if (edge) {
      const partial = run.known(`partial:${edge.id}`, at);
      if (shown.partial !== partial) {
        this.#putPartial(made, partial);
        shown.partial = partial;
      }
    }
    if (!row.derivative) {
      if (shown.derivative === undefined) {
        cells.derivative.textContent = words.none;
        shown.derivative = "none";
      }
      return;
    }
    const brought = run.known(row.derivative, at);
    if (shown.derivative === brought) return;
    shown.derivative = brought;
    this.#putDerivative(made, brought);
  }

  #putPartial({ edge, line, cells }, partial) {
    if (edge.number) putNumber(cells.number, partial?.number, this.words);
    line.classList.toggle("partial-known", Boolean(partial));
    cells.partial.title = partial ? edge.text : "";
  }

  /** Write a share, and after it the sum where others came before. */
  #putDerivative({ row, edge, cells }, brought) {
    const host = cells.derivative;
    const sum = brought && edge
      ? (this.run.events.get(`derivative:${row.node}`) ?? []).find(({ at }) => at === brought.at)
      : null;
    if (!sum || sum.terms.length < 2) {
      putNumber(host, brought?.number, this.words);
      return;
    }
    const share = element("span", "share");
    putNumber(share, sum.terms.at(-1), this.words);
    const total = element("span", "total");
    putNumber(total, sum.number, this.words);
    total.classList.toggle("complete", this.run.isComplete(`derivative:${row.node}`, sum));
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
