// A bar picks the students it counts; a square tells what was written in its cell; a name asks for
// the sheet as marked.

let picked = null;

function pick(bar, words) {
  const book = document.querySelector(".cr-book");
  const told = document.querySelector(".cr-picked");
  if (!book || !told) return;
  for (const other of document.querySelectorAll("[data-picks]")) other.setAttribute("aria-pressed", other === bar);
  picked = bar;
  const rows = [...book.querySelectorAll("tr[data-student]")];
  const chosen = new Set(bar?.dataset.picks.split(" "));
  for (const row of rows) row.hidden = Boolean(bar) && !chosen.has(row.dataset.student);
  told.replaceChildren();
  if (!bar) return;
  const count = rows.filter((row) => !row.hidden).length;
  const whole = document.createElement("button");
  whole.textContent = words.all;
  whole.addEventListener("click", () => pick(null, words));
  const given = { count, all: rows.length, told: bar.dataset.told };
  told.append(words.picked.replace(/\{(\w+)\}/g, (_, name) => given[name]), " ", whole);
}

/** Tell below a student's row what was written, or no longer. */
function tell(square) {
  const row = square.closest("tr");
  const below = row.nextElementSibling;
  const again = below?.className === "told" && below.textContent === square.title;
  if (below?.className === "told") below.remove();
  if (again) return;
  const line = document.createElement("tr");
  line.className = "told";
  const cell = line.insertCell();
  cell.colSpan = row.cells.length;
  cell.textContent = square.title;
  row.after(line);
}

export default function ({ data, setTriggerValue }) {
  const chosen = ({ target }) => {
    const bar = target.closest?.("[data-picks]");
    const square = target.closest?.(".cr-book i");
    const name = target.closest?.("[data-name]");
    if (bar) pick(bar === picked ? null : bar, data.words);
    else if (square) tell(square);
    else if (name) setTriggerValue("name", name.dataset.name);
    return bar ?? name;
  };
  const pressed = (event) => {
    if ([" ", "Enter"].includes(event.key) && chosen(event)) event.preventDefault();
  };
  document.addEventListener("click", chosen);
  document.addEventListener("keydown", pressed);
  return () => {
    document.removeEventListener("click", chosen);
    document.removeEventListener("keydown", pressed);
  };
}
