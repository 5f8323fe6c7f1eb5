// Joins the parts: one object a place of the page.

const shown = new WeakMap();
const KINDS = { table: WorkTable, sheet: AnswerSheet };

/** Streamlit calls this at the first run and at every rerun with the same parent. */
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".answers");
  let one = shown.get(root);
  if (!one) {
    one = new KINDS[root.dataset.kind](root, data.words, (name, value) => one.tell(name, value));
    shown.set(root, one);
  }
  one.tell = setTriggerValue;
  one.take(data.payload);
  return () => shown.delete(root);
}
