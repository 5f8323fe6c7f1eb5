// A figure that stands alone: the player in a root of its own, so that neither the style of the page
// around it nor its own reaches the other. What stands there without JavaScript is kept for paper.

const SLOTS = ["head", "still", "closed", "text"];

const BESIDE_HERE = 740; // a figure is narrower than a page, and its table may be

async function unpacked(squeezed) {
  const bytes = Uint8Array.from(atob(squeezed), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

async function figure(host, { squeezed, step, words, fonts, style }) {
  const payload = await unpacked(squeezed);
  for (const { family, data, ...face } of fonts) {
    document.fonts.add(new FontFace(family, `url(data:font/woff2;base64,${data})`, face));
  }
  const shadow = host.attachShadow({ mode: "open" });
  const root = element("div", "player");
  const sheet = element("style", "", style);
  const slots = SLOTS.map((name) => element("slot", name, null, { name }));
  shadow.append(sheet, slots[0], root, ...slots.slice(1));
  if (new URLSearchParams(location.search).has("dark")) host.dataset.theme = "dark";
  const text = host.querySelector("details");
  text.open = false;
  const player = new Player(root, words);
  const nothing = () => {};
  player.take({ payload, structure: "", digest: "", step, beside: BESIDE_HERE }, nothing, nothing);
  // Paper shows all that is known, and all that is said.
  let before = { at: player.at, open: false };
  addEventListener("beforeprint", () => {
    before = { at: player.at, open: text.open };
    player.move(player.run.last);
    text.open = true;
  });
  addEventListener("afterprint", () => {
    player.move(before.at);
    text.open = before.open;
  });
}
