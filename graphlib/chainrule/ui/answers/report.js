// The report: how much is credited, where it went wrong, which mistake it is, and a hint.

class Report {
  constructor(words, choose) {
    this.words = words;
    this.choose = choose;
    this.root = element("div", "report", null, { "aria-live": "polite" });
  }

  /** Show a report, or what to do while there is none. */
  show(report) {
    const { words, root } = this;
    this.report = report;
    if (!report) {
      root.replaceChildren(element("p", "quiet", words.empty));
      return;
    }
    const head = element("div", "credited");
    head.append(
      element("b", "", String(report.credited)),
      element("span", "", worded(words.credited, { cells: report.cells })),
    );
    this.error = element("div", "error");
    root.replaceChildren(head, element("p", "quiet", report.line), this.#squares(), this.error);
    this.at = 0;
    this.#error();
  }

  #squares() {
    const all = element("div", "groups");
    for (const group of this.report.groups) {
      const made = element("div", "group");
      const row = element("div", "squares", null, { role: "list" });
      for (const { id, verdict, label } of group.squares) {
        const told = `${label}: ${this.words[verdict]}`;
        const square = element("button", `square ${verdict}`, null, {
          type: "button", title: told, "aria-label": told,
        });
        square.append(verdictMark(verdict));
        square.addEventListener("click", () => this.choose(id));
        const item = element("span", "", null, { role: "listitem" });
        item.append(square);
        row.append(item);
      }
      made.append(element("div", `name ${group.role}`, group.name), row);
      all.append(made);
    }
    return all;
  }

  #error() {
    const { errors } = this.report;
    this.error.replaceChildren();
    if (!errors.length) return;
    const error = errors[this.at];
    const title = element("h3");
    put(title, error.title);
    this.error.append(title, put(element("p", "told"), error.told));
    if (error.picture) this.error.append(sharesPicture(error.picture, this.words));
    const hint = element("p", "hint");
    const buttons = element("div", "actions");
    let shown = 0;
    const next = button(this.words.next_hint, () => show(shown + 1));
    const show = (at) => {
      shown = at;
      const count = error.hints.length;
      const number = element("span", "quiet", worded(this.words.hint, { hint: at + 1, count }));
      hint.replaceChildren(number, " ", typeset(error.hints[at]));
      next.hidden = at + 1 >= count;
    };
    buttons.append(next);
    if (error.link) {
      const open = element("a", "button", this.words.open, { href: error.link, target: "_self" });
      buttons.append(open);
    }
    if (errors.length > 1) {
      const turn = (by) => {
        this.at = (this.at + by + errors.length) % errors.length;
        this.#error();
      };
      const place = element("div", "turn");
      place.append(
        button("◀", () => turn(-1), "button small"),
        element("span", "quiet", worded(this.words.error_of, { at: this.at + 1, count: errors.length })),
        button("▶", () => turn(1), "button small"),
      );
      place.firstChild.setAttribute("aria-label", this.words.previous);
      place.lastChild.setAttribute("aria-label", this.words.next);
      this.error.prepend(place);
    }
    if (error.hints.length) show(0);
    this.error.append(hint, buttons);
  }
}
