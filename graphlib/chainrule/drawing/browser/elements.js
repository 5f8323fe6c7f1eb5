// Elements of the page: made from names and text; HTML only where Python has made and escaped it.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element with a class, text, and further attributes. */
function element(tag, className = "", text = null, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Return an SVG element, perhaps with text. */
function drawn(tag, attributes = {}, text = null) {
  const made = document.createElementNS(SVG, tag);
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Put mathematics or prose of the payload, which arrives escaped, into an element. */
function put(host, markup) {
  host.innerHTML = markup;
  // A browser can stretch a root's sign only in fonts with a table for it; these have none.
  for (const root of host.querySelectorAll("msqrt")) {
    const made = mathematical("mrow", root.querySelector("mfrac") ? "root tall" : "root");
    const radical = mathematical("mo", "radical", { stretchy: "false", lspace: "0", rspace: "0" });
    radical.textContent = "√";
    const under = mathematical("mrow", "under-root");
    under.append(...root.childNodes);
    made.append(radical, under);
    root.replaceWith(made);
  }
  // Likewise a bar over a name, which is an accent that a browser stretches.
  for (const over of host.querySelectorAll("mover")) {
    if (over.lastElementChild.textContent !== "¯") continue;
    const made = mathematical("mrow", "over-bar");
    made.append(over.firstElementChild);
    over.replaceWith(made);
  }
  return host;
}

function mathematical(tag, className, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  made.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Return a span that holds mathematics or prose of the payload. */
function typeset(markup, className = "") {
  return put(element("span", className ? `math ${className}` : "math"), markup);
}

/** Return a sign of relation or operation with the room around it that mathematics gives it. */
function sign(symbol) {
  const made = element("span", "math sign");
  made.innerHTML = "<math><mo></mo></math>";
  made.querySelector("mo").textContent = symbol;
  return made;
}

/** Return the warning mark: a triangle, so that colour alone never says it. */
function warningMark() {
  const mark = drawn("svg", { class: "mark", viewBox: "0 0 12 12", "aria-hidden": "true" });
  mark.append(
    drawn("path", { d: "M6 1.2 11.2 10.6H.8Z", class: "mark-line" }),
    drawn("path", { d: "M6 4.6V7.2M6 8.7V9.3", class: "mark-line" }),
  );
  return mark;
}

/** Put a number into an element, or the empty outline of one that is not computed yet. */
function putNumber(host, number, words) {
  host.classList.toggle("no-number", number?.state === "undefined");
  host.classList.toggle("corrected", number?.state === "number" && Boolean(number.flag));
  if (!number) {
    host.removeAttribute("title");
    const outline = element("span", "empty", null, { role: "img", "aria-label": words.unknown });
    host.replaceChildren(outline);
    return;
  }
  const digits = number.full && number.full !== number.show ? number.full : "";
  const exact = number.exact ? `= ${number.exact}` : "";
  const told = [number.flag, number.state === "number" ? digits : "", exact]
    .filter(Boolean)
    .join("\n");
  if (told) host.title = told;
  else host.removeAttribute("title");
  host.replaceChildren();
  if (number.state === "undefined") host.append(warningMark(), number.show);
  else if (number.flag) host.append(number.show, warningMark());
  else host.textContent = number.show;
}
