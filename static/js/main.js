// Starts the module that an element names in data-module. Pages are complete without any of them.
const modules = {
  again: () => import("./again.js"),
  autosave: () => import("./autosave.js"),
  copy: () => import("./copy.js"),
  "error-summary": () => import("./error-summary.js"),
  "keep-typed": () => import("./keep-typed.js"),
  "open-rows": () => import("./open-rows.js"),
  "password-rules": () => import("./password-rules.js"),
  print: () => import("./print.js"),
  queue: () => import("./queue.js"),
  reveal: () => import("./reveal.js"),
  robot: () => import("./robot.js"),
  "show-password": () => import("./show-password.js"),
  suggest: () => import("./suggest.js"),
  "submit-once": () => import("./submit-once.js"),
  upload: () => import("./upload.js"),
};

async function start(element) {
  if (element.dataset.started) return;
  element.dataset.started = "soon";
  for (const name of element.dataset.module.split(/\s+/)) {
    if (!modules[name]) continue;
    const module = await modules[name]();
    module.default(element);
  }
  element.dataset.started = "yes";
}

export function startAll(root) {
  if (root.matches?.("[data-module]")) start(root);
  root.querySelectorAll("[data-module]").forEach(start);
}

startAll(document);
document.addEventListener("portal:replaced", (event) => startAll(event.target));
document.addEventListener("htmx:load", (event) => startAll(event.target));
