// Shows a part of a form only while another field has the value that asks for it.
// data-show-if="field=value1|value2". Hidden fields are disabled, so they are not sent.
export default function reveal(part) {
  const form = part.closest("form");
  const [name, wanted] = part.dataset.showIf.split("=");
  const values = wanted.split("|");

  function update() {
    const shown = new FormData(form).getAll(name).some((value) => values.includes(value));
    part.hidden = !shown;
    part.querySelectorAll("input, select, textarea").forEach((field) => { field.disabled = !shown; });
  }

  form.addEventListener("change", update);
  update();
}
