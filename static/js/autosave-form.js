// What a form that saves itself sends, whether it was changed, and the forms that go on from there.
export function answersOf(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.append("autosave", "1");
  return body;
}

// What was typed before this script arrived is as much worth as what is typed after.
export function isChanged(field) {
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.type === "hidden" || field.type === "file" || field.disabled) return false;
  if (!field.options) return "defaultValue" in field && field.value !== field.defaultValue;
  const chosen = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(chosen, 0);
}

// Other forms of a page that hand on, or throw away, what a form which saves itself has stored.
// Returns their fields that say, as a field of that form does, what was stored last.
export function followersOf(form, { isBusy, settled, leave }) {
  const fields = form.id ? [...document.querySelectorAll(`[data-autosave-follows="${form.id}"]`)] : [];

  document.addEventListener("submit", async (event) => {
    const other = event.target;
    if (!fields.some((field) => field.form === other)) return;
    // What hands the stored text on waits for what is on its way; what throws it away does not.
    if (!("autosaveFirst" in other.dataset) || !isBusy()) return leave();
    const button = event.submitter;
    event.preventDefault();
    if (await settled()) other.requestSubmit(button);
    else form.scrollIntoView({ block: "end" });
  }, true);
  return fields;
}
