// A row that was moved comes back with the same button in focus, to be moved on. Its page is named by the row's address.
const KEY = "portal:again";

function take() {
  try {
    const verb = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return verb;
  } catch {
    return null;
  }
}

export default function again(form) {
  const verb = take();
  const row = verb && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const buttons = row ? [...row.querySelectorAll("[data-again]:not(:disabled)")] : [];
  (buttons.find((button) => button.dataset.again === verb) ?? buttons[0])?.focus();
  form.addEventListener("submit", ({ submitter }) => {
    try {
      sessionStorage.setItem(KEY, submitter?.dataset.again ?? "");
    } catch {}
  });
}
