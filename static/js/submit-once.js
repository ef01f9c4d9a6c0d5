// Ignores a second press while a form is on its way. The key in the form is what truly protects.
const PATIENCE_MS = 20000;

export default function submitOnce(form) {
  const state = document.createElement("p");
  state.className = "submit-state";
  state.setAttribute("role", "status");
  const buttons = [...form.querySelectorAll("button:not([type=button]), input[type=submit]")];
  (buttons.at(-1)?.parentElement ?? form).append(state);
  let sending = false;
  let timer;

  function release(words) {
    sending = false;
    clearTimeout(timer);
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
    state.textContent = words;
  }

  form.addEventListener("submit", (event) => {
    if (sending) {
      event.preventDefault();
      return;
    }
    // Another module may still hold the form back, for instance until the robot check is done.
    if (event.defaultPrevented) return;
    sending = true;
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    state.textContent = "Đang gửi, vui lòng chờ…";
    timer = setTimeout(
      () => release("Mạng đang chậm. Có thể bấm lại, nội dung không bị gửi hai lần."),
      PATIENCE_MS,
    );
  });
  // The page comes back from the browser's memory when the person presses "back".
  window.addEventListener("pageshow", () => release(""));
}
