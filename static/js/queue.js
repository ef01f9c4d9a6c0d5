// A keyboard cursor in the office queue: j/k or arrows move, Enter opens, x ticks, / goes to search.
function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

export default function queue(table) {
  const rows = () => [...table.querySelectorAll("tbody tr")];
  const linkOf = (row) => row?.querySelector("a[data-row-link]");
  let index = rows().findIndex((row) => row.classList.contains("is-current"));

  function moveTo(next) {
    const list = rows();
    if (!list.length) return;
    index = Math.max(0, Math.min(list.length - 1, next));
    list.forEach((row, i) => row.classList.toggle("is-current", i === index));
    linkOf(list[index])?.focus({ preventScroll: true });
    list[index].scrollIntoView({ block: "nearest" });
  }

  const keys = {
    j: () => moveTo(index + 1),
    ArrowDown: () => moveTo(index + 1),
    k: () => moveTo(index - 1),
    ArrowUp: () => moveTo(index - 1),
    Home: () => moveTo(0),
    End: () => moveTo(rows().length - 1),
    x: () => rows()[index]?.querySelector("input[type=checkbox]")?.click(),
    "/": () => document.querySelector("[data-queue-search]")?.focus(),
    Enter: () => linkOf(rows()[index])?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (!table.isConnected || !keys[event.key]) return;
    // Arrows and Enter belong to the page unless the person is in the table (or nowhere yet).
    const here = table.contains(event.target) || event.target === document.body;
    if (event.key.length > 1 && !here) return;
    if (event.key === "Enter" && event.target.closest("a, button, input")) return;
    event.preventDefault();
    keys[event.key]();
  });

  table.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    const at = rows().indexOf(row);
    if (at >= 0 && at !== index) {
      index = at;
      rows().forEach((other, i) => other.classList.toggle("is-current", i === at));
    }
  });
}
