// A scrubber over a run. What is chosen is told once, as an event: a slider whose value were kept
// would report an old place after the program has moved it.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picture");
  root.dataset.theme = data.theme;
  let slider = root.querySelector("input");
  if (!slider) {
    slider = element("input", "scrubber", null, { type: "range", min: 0, step: 1 });
    root.replaceChildren(slider);
  }
  slider.max = data.last;
  slider.setAttribute("aria-label", data.label);
  slider.setAttribute("aria-valuetext", data.text);
  if (!slider.matches(":active")) slider.value = data.at;
  slider.onchange = () => setTriggerValue("pick", Number(slider.value));
}
