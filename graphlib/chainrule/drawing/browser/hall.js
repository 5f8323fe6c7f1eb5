// The lecture hall: graph, table, one sentence and a thin bar fill the screen; keys do the rest.

const HALL = 960; // px across which the whole screen stands for; larger screens scale all of it
const MARGIN = 36; // px of these left and right
const IDLE = 4000; // ms without the mouse after which the bar is pale
const FEW = 12; // nodes up to which the table is there from the start
const FOOT = 176; // px for sentence, line and bar where there is no table

class Hall {
  constructor(player) {
    this.player = player;
    this.on = false;
    this.typed = "";
    this.key = (event) => this.#key(event);
    this.stir = () => this.#stir();
    this.size = () => this.fit();
  }

  enter() {
    if (this.on) return;
    const { root, run } = this.player;
    this.on = true;
    root.setAttribute("popover", "manual"); // above whatever the page is made of
    root.showPopover();
    root.classList.add("present");
    root.classList.toggle("without-table", run.nodes.size > FEW);
    document.addEventListener("keydown", this.key, true);
    root.addEventListener("pointermove", this.stir);
    addEventListener("resize", this.size);
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
    this.fit();
    this.#stir();
    this.player.report("present", true);
  }

  leave() {
    if (!this.on) return;
    const { root } = this.player;
    this.on = false;
    clearTimeout(this.idle);
    if (document.fullscreenElement) document.exitFullscreen();
    document.removeEventListener("keydown", this.key, true);
    root.removeEventListener("pointermove", this.stir);
    removeEventListener("resize", this.size);
    root.classList.remove("present", "without-table", "blank", "idle");
    root.removeAttribute("popover");
    root.removeAttribute("tabindex");
    for (const name of ["width", "height", "transform"]) root.style[name] = "";
    this.player.scale = 1;
    this.player.kind = null;
    this.player.lay();
    this.player.bar.present.focus({ preventScroll: true });
    this.player.report("present", false);
  }

  /** Let the screen be as many px across as everything is made for. */
  fit() {
    const { root } = this.player;
    const scale = window.innerWidth / HALL;
    this.player.scale = scale;
    Object.assign(root.style, {
      width: `${HALL}px`, height: `${window.innerHeight / scale}px`, transform: `scale(${scale})`,
    });
    this.player.kind = null;
    this.player.lay();
  }

  /** Return the room for the graph: width and greatest height. */
  get room() {
    const high = window.innerHeight / this.player.scale;
    const bare = this.player.root.classList.contains("without-table");
    return [HALL - 2 * MARGIN, bare ? high - FOOT : high * 0.46];
  }

  #stir() {
    const { classList } = this.player.root;
    classList.remove("idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => classList.add("idle"), IDLE);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { player } = this;
    const { at, run, root } = player;
    const { key } = event;
    const steps = {
      ArrowRight: at + 1, " ": at + 1, PageDown: at + 1, ArrowLeft: at - 1, PageUp: at - 1,
      Home: 0, End: run.last, Enter: this.typed ? Number(this.typed) - 1 : at,
    };
    const does = {
      Escape: () => this.leave(),
      b: () => root.classList.toggle("blank"),
      p: () => (player.timer ? player.pause() : player.play()),
      t: () => {
        root.classList.toggle("without-table");
        this.fit();
      },
      f: () => (document.fullscreenElement
        ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
    };
    if (/^\d$/.test(key)) this.typed += key;
    else {
      if (key in steps) player.move(steps[key]);
      else if (key.toLowerCase() in does) does[key.toLowerCase()]();
      else if (does[key]) does[key]();
      else return;
      this.typed = "";
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
