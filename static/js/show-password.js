// A button below a password field that shows what was typed; the field is hidden again when sent.
const words = { show: "Hiện mật khẩu", hide: "Ẩn mật khẩu" };

export default function showPassword(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.setAttribute("aria-controls", input.id);

  function set(shown) {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? words.hide : words.show;
  }

  button.addEventListener("click", () => set(input.type === "password"));
  // Shown text would be offered again by the browser as something once typed.
  input.form?.addEventListener("submit", () => set(false), { capture: true });
  set(false);
  input.after(button);
}
