// Shows a button that copies data-copy-text, and says in words that it did.
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http has no clipboard API: select the text in a field and copy that.
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy refused");
}

export default function copyButton(button) {
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  button.after(words);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await copy(button.dataset.copyText);
      words.textContent = "Đã sao chép.";
      button.focus();
    } catch {
      words.textContent = "Chưa sao chép được. Có thể bấm giữ vào mã để chép.";
    }
  });
}
