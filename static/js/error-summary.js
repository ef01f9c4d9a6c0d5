// Moves focus to the summary of errors, and from each of its links to the field itself.
export default function errorSummary(summary) {
  if (!document.title.startsWith("Lỗi: ")) document.title = `Lỗi: ${document.title}`;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const label = field.labels?.[0] ?? field.closest("fieldset")?.querySelector("legend");
    (label ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
