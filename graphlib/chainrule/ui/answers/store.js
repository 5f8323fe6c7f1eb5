// What is typed is kept in the browser, and nowhere else.

const PREFIX = "chainrule:answers:";

class Store {
  constructor(digest) {
    this.key = PREFIX + digest;
    this.kept = { answers: {}, checked: false };
    try {
      const found = JSON.parse(localStorage.getItem(this.key));
      if (found && typeof found.answers === "object") this.kept = found;
    } catch { /* storage may be forbidden or spoilt: then nothing is kept */ }
  }

  get answers() {
    return this.kept.answers;
  }

  set(id, words) {
    if (words) this.kept.answers[id] = words;
    else delete this.kept.answers[id];
    this.save();
  }

  checked(yes) {
    this.kept.checked = yes;
    this.save();
  }

  clear() {
    this.kept = { answers: {}, checked: false };
    this.save();
  }

  save() {
    try {
      if (Object.keys(this.kept.answers).length) localStorage.setItem(this.key, JSON.stringify(this.kept));
      else localStorage.removeItem(this.key);
    } catch { /* as above */ }
  }
}
