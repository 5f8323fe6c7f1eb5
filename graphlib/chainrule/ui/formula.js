// A box for a formula or program: it grows with its lines, and tells the server when typing rests.

const boxes = new WeakMap();

class Box {
  constructor(area) {
    this.area = area;
    area.addEventListener("input", () => {
      this.grow();
      this.sendSoon();
    });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send();
    });
    area.addEventListener("blur", () => this.send());
    this.watch = new ResizeObserver(() => this.grow());
    this.went = () => this.back(window.location.search.slice(1));
    this.begin();
  }

  begin() {
    this.watch.observe(this.area);
    window.addEventListener("popstate", this.went);
    if (this.unsent) this.sendSoon();
  }

  take({ text, turn, pause, placeholder, longest }, tell, back) {
    Object.assign(this, { pause, tell, back });
    const { area } = this;
    Object.assign(area, { placeholder, maxLength: longest });
    // What the server has only read back never overwrites what is being typed.
    if (turn === this.turn) return;
    clearTimeout(this.rest);
    this.turn = turn;
    if (text === this.sent && area.value !== text) {
      // Another turn with what was sent last: what has been typed since goes on from there.
      this.sendSoon();
      return;
    }
    this.sent = area.value = text;
    this.grow();
  }

  sendSoon() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.send(), this.pause);
  }

  send() {
    clearTimeout(this.rest);
    this.unsent = false;
    if (this.area.value === this.sent) return;
    this.sent = this.area.value;
    this.tell("typed", { text: this.sent, turn: this.turn, at: performance.now() });
  }

  grow() {
    const { area } = this;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  end() {
    clearTimeout(this.rest);
    this.unsent = this.area.value !== this.sent;
    this.watch.disconnect();
    window.removeEventListener("popstate", this.went);
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const area = parentElement.querySelector("textarea");
  let box = boxes.get(area);
  if (!box) boxes.set(area, (box = new Box(area)));
  else box.begin();
  box.take(data, setStateValue, (query) => setTriggerValue("went", query));
  return () => box.end();
}
