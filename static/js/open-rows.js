// Sends along which folded rows are open, so that they come back open when rows are moved.
export default function openRows(form) {
  form.addEventListener("toggle", ({ target }) => {
    const mark = target.matches("details[data-row]") && target.querySelector(":scope > input[name=mo]");
    if (mark) mark.disabled = !target.open;
  }, true);
}

// The pressed button may be gone, or of no use at the end of a list: go on where its address leads without this script.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const pressed = detail.requestConfig?.elt;
  if (!pressed?.matches("[name=viec]") || document.activeElement !== document.body) return;
  const place = document.getElementById(decodeURIComponent(new URL(pressed.formAction).hash.slice(1)));
  (place?.matches("button") ? place : place?.querySelector(".part-tool:not(:disabled)"))?.focus();
});
