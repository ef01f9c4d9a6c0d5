// Ticks off the rules of a password while it is typed; the server checks them again.
const tests = {
  length: (text, rule) => [...text].length >= Number(rule.dataset.min),
  letter: (text) => /\p{L}/u.test(text),
  digit: (text) => /\p{N}/u.test(text),
  upper: (text) => /\p{Lu}/u.test(text),
  special: (text) => /[^\p{L}\p{N}\s]/u.test(text),
};

export default function passwordRules(list) {
  const input = document.getElementById(list.dataset.for);
  if (!input) return;
  const rules = [...list.querySelectorAll("[data-rule]")];
  const summary = document.createElement("p");
  summary.className = "visually-hidden";
  summary.setAttribute("role", "status");
  list.after(summary);
  let timer;

  function check() {
    const missing = [];
    for (const rule of rules) {
      const met = tests[rule.dataset.rule](input.value, rule);
      rule.dataset.met = met ? "yes" : "no";
      if (!met) missing.push(rule.textContent.trim());
    }
    clearTimeout(timer);
    // Spoken once typing pauses, not at every key.
    timer = setTimeout(() => {
      if (!input.value) summary.textContent = "";
      else summary.textContent = missing.length ? `Còn thiếu: ${missing.join("; ")}` : "Mật khẩu đạt mọi yêu cầu.";
    }, 1000);
  }

  input.addEventListener("input", check);
  check();
}
