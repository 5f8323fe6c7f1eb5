// The small graph of a mistake: the node, what flows to it, and an empty outline for what is missing.

const CARD = { width: 128, height: 52, gap: 44 };

/** Return the picture: senders on one side, the node on the other, one line a share. */
function sharesPicture(picture, words) {
  const { target, sent, backward } = picture;
  const count = sent.length;
  const height = count * CARD.height + (count - 1) * CARD.gap;
  const root = element("div", "shares", null, { role: "img", "aria-label": picture.text });
  root.style.height = `${height}px`;
  const lines = drawn("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  root.append(lines);
  const place = (node, top, right, own) => {
    const card = element("div", own ? "mini own" : "mini");
    card.style.top = `${top}px`;
    card.style[right ? "right" : "left"] = "0";
    const head = element("div", "head");
    head.append(typeset(node.name));
    const numbers = element("div", "numbers");
    numbers.append(element("span", "value", node.value), element("span", "derivative", node.derivative));
    card.append(head, numbers);
    root.append(card);
  };
  const middle = (height - CARD.height) / 2;
  // Values flow to the right, adjoints to the left: the node stands at the end of what flows.
  place(target, middle, !backward, true);
  sent.forEach((one, i) => place(one, i * (CARD.height + CARD.gap), backward, false));
  const draw = () => {
    const width = root.clientWidth;
    if (!width) return;
    lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    lines.replaceChildren();
    for (const old of root.querySelectorAll(".sent")) old.remove();
    sent.forEach((one, i) => {
      const y0 = i * (CARD.height + CARD.gap) + CARD.height / 2;
      const y1 = middle + CARD.height / 2 + (i - (count - 1) / 2) * 14;
      const x0 = backward ? width - CARD.width : CARD.width;
      const x1 = backward ? CARD.width + 4 : width - CARD.width - 4;
      const bend = (x1 - x0) / 2;
      const state = one.arrived === true ? "arrived" : one.arrived === false ? "lacking" : "open";
      const line = drawn("g", { class: `way ${state}` });
      const tip = Math.sign(x1 - x0) * -9;
      line.append(
        drawn("path", { class: "line", d: `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1 + tip} ${y1}` }),
        drawn("path", { class: "head", d: `M${x1} ${y1}l${tip} -4.5v9z` }),
      );
      lines.append(line);
      const label = element("div", `sent ${state}`);
      if (one.arrived) label.textContent = one.share;
      else label.append(element("span", "empty", null, { title: words.not_shown }));
      label.style.left = `${(x0 + x1) / 2}px`;
      label.style.top = `${(y0 + y1) / 2 + (i < (count - 1) / 2 || count === 1 ? -26 : 24)}px`;
      root.append(label);
    });
  };
  const watch = new ResizeObserver(draw);
  watch.observe(root);
  return root;
}
