// Streamlit's box of several lines tells what is typed at Ctrl + Enter; here a pause does.

let rest;

function tell(box) {
  const key = { key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true, cancelable: true };
  box.dispatchEvent(new KeyboardEvent("keydown", key));
}

export default function ({ data, setTriggerValue }) {
  const { label, pause } = data;
  const typed = ({ target }) => {
    if (target.tagName !== "TEXTAREA" || target.getAttribute("aria-label") !== label) return;
    clearTimeout(rest);
    rest = setTimeout(tell, pause, target);
  };
  const went = () => setTriggerValue("went", window.location.search.slice(1));
  document.addEventListener("input", typed);
  window.addEventListener("popstate", went);
  return () => {
    document.removeEventListener("input", typed);
    window.removeEventListener("popstate", went);
  };
}
