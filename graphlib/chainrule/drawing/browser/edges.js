// What stands on an edge: its arrow head, and its text before, at and after its steps.

const LONGEST_SYMBOL = 16; // characters; what is longer stands in the table, not on its edge

/** Return whether the share over an edge is the product of two numbers that can stand there. */
function standsThere(edge, share) {
  const short = [edge.number, share].every(({ show }) => show.length <= LONGEST_SYMBOL);
  return short && edge.number.state !== "map";
}

/** Return the corners of an arrow head that points from a place to its tip. */
function arrow([x, y], [tipX, tipY], length, half) {
  const angle = Math.atan2(tipY - y, tipX - x);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const corner = (back, side) => [tipX - back * c - side * s, tipY - back * s + side * c];
  return [corner(0, 0), corner(length, half), corner(length, -half)]
    .map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ");
}

/** Return the text of an edge whose local partial is not computed yet: an empty outline. */
function unknownText(edge, words) {
  if (!edge.number) return [];
  const line = element("span", "line");
  putNumber(line, null, words);
  return [line];
}

/** Return the local partial as symbol and number, once where both are the same. */
function partialText({ edge, rows, level, brief }, number, words) {
  const symbol = typeset(edge.symbol, "symbol");
  const shown = element("span", "number");
  putNumber(shown, number, words);
  const one = element("span", "line");
  const { length } = symbol.textContent;
  if (number.state === "map" || number.show.length > LONGEST_SYMBOL) {
    one.append(number.state === "map" && length > LONGEST_SYMBOL ? shown : symbol);
    return [one];
  }
  if (brief || symbol.textContent === number.show || length > LONGEST_SYMBOL) {
    one.append(shown);
    return [one];
  }
  if (rows === 1) {
    one.append(symbol, sign("="), shown);
    return [one];
  }
  const two = element("span", "line");
  one.append(symbol);
  two.append(shown);
  if (!level) one.append(sign("="));
  return [one, two];
}

/** Return a share as what it is the product of: share = adjoint × partial. */
function shareText({ edge, rows, brief }, number, source, words) {
  const share = element("span", "derivative share");
  putNumber(share, number, words);
  if (brief) {
    const only = element("span", "line");
    only.append(share);
    return [only];
  }
  const adjoint = element("span", "derivative");
  const partial = element("span", "partial");
  for (const [host, factor] of [[adjoint, source.derivative], [partial, edge.number]]) {
    putNumber(host, factor, words);
    host.querySelector(".mark")?.remove(); // one mark, on the product, says enough
  }
  const one = element("span", "line");
  one.append(share, element("span", "sign", "="));
  const two = rows === 2 ? element("span", "line") : one;
  two.append(adjoint, element("span", "sign", "×"), partial);
  return rows === 2 ? [one, two] : [one];
}
