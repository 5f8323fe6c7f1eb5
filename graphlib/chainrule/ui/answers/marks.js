// Marks of verdicts: shapes and words, no colour alone.

const VERDICTS = {
  right: "M3.2 8.6 6.4 11.8 12.8 4.6",
  wrong: "M3.6 3.6 12.4 12.4M12.4 3.6 3.6 12.4",
  follows: "M4 3V9.5H12M9 6.5 12 9.5 9 12.5",
  undecided: "M5.4 6A2.6 2.6 0 1 1 8 8.7V10.2M8 12.2V12.6",
};

/** Return the mark of a verdict; nothing for a cell that is empty. */
function verdictMark(verdict) {
  const mark = drawn("svg", { class: `verdict ${verdict}`, viewBox: "0 0 16 16", "aria-hidden": "true" });
  if (VERDICTS[verdict]) mark.append(drawn("path", { d: VERDICTS[verdict] }));
  return mark;
}

/** Fill "{name}" places of a sentence. */
function worded(sentence, gaps) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in gaps ? gaps[name] : whole));
}

/** Choose the colours by the ground on which the page puts the component. */
function dress(root) {
  const probe = element("div", "ground-probe", null, { "aria-hidden": "true" });
  root.append(probe);
  const choose = () => {
    const [r, g, b] = getComputedStyle(probe).backgroundColor.match(/[\d.]+/g).map(Number);
    root.dataset.theme = 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
  };
  probe.addEventListener("transitionend", choose);
  choose();
  return choose;
}

/** Return a button that does something. */
function button(label, act, className = "button") {
  const made = element("button", className, label, { type: "button" });
  made.addEventListener("click", act);
  return made;
}
