// Sends along which folded rows are open, so that they come back open when rows are moved.
export default function openRows(form) {
  form.addEventListener("toggle", ({ target }) => {
    const mark = target.matches("details[data-row]") && target.querySelector(":scope > input[name=mo]");
    if (mark) mark.disabled = !target.open;
  }, true);
}
