// Keeps what is typed into a form in this tab until it is stored, and offers it when the form is opened again.
// For forms that are no draft until they are complete. Nothing leaves the browser.
const PREFIX = "portal:typed:";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "kind_before"]);
const NOT_FILLED = new Set([...NOT_KEPT, "version"]);

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  // A browser that keeps nothing, or no more, only does not offer anything later.
  try {
    if (value) sessionStorage.setItem(key, JSON.stringify(value));
    else sessionStorage.removeItem(key);
  } catch {}
}

function typedIn(form) {
  return [...new FormData(form)].filter(([name, value]) => !NOT_KEPT.has(name) && typeof value === "string");
}

function fill(form, pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || NOT_FILLED.has(field.name) || ["submit", "button", "file"].includes(field.type)) continue;
    const left = values.get(field.name) ?? [];
    if (["checkbox", "radio"].includes(field.type)) field.checked = left.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = left.includes(option.value);
    else if (left.length) field.value = left.shift();
  }
}

// What was sent from the page before and has led here is stored: it is offered no more.
function forgetSent() {
  if (!document.referrer) return;
  const from = new URL(document.referrer);
  const key = PREFIX + from.pathname + from.search;
  if (from.origin === location.origin && read(key)?.sent) write(key, null);
}

// A page of another shape cannot take the values in: the server is asked to show them, on their own version.
function sendAgain(form, pairs, button) {
  const other = document.createElement("form");
  [other.method, other.action] = ["post", form.action];
  const csrf = ["csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value];
  for (const [name, value] of [...pairs, csrf, button.split("=")]) {
    const field = document.createElement("input");
    [field.type, field.name, field.value] = ["hidden", name, value];
    other.append(field);
  }
  document.body.append(other);
  other.submit();
}

export default function keepTyped(element) {
  if (!(element instanceof HTMLFormElement)) return forgetSent();
  const form = element;
  const key = PREFIX + location.pathname + location.search;
  const offer = document.getElementById(form.dataset.keepOffer);
  const state = form.querySelector(".save-state");
  const type = form.elements.namedItem("kind");
  const kept = read(key);
  let dirty = false;
  let leaving = false;

  function keep(more = {}) {
    write(key, { typed: typedIn(form), ...more });
  }

  function restore() {
    if (form.dataset.keepAgain) {
      leaving = true;
      return sendAgain(form, kept.typed, form.dataset.keepAgain);
    }
    const wanted = kept.typed.find(([name]) => name === "kind")?.[1];
    if (type && wanted && wanted !== type.value && !kept.again) {
      // Another type asks other things: the page comes back with its fields first.
      write(key, { ...kept, again: true });
      leaving = true;
      type.value = wanted;
      return form.requestSubmit(form.elements.namedItem("doi-kieu"));
    }
    fill(form, kept.typed);
    if (offer) offer.hidden = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  }

  form.addEventListener("input", () => {
    dirty = true;
    keep();
    if (state) state.textContent = form.dataset.keepWords;
  });
  form.addEventListener("change", () => keep());
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    leaving = true;
    if (event.submitter?.name !== "doi-kieu") keep({ sent: true });
    else if (!read(key)?.again) keep();
  });
  for (const link of document.querySelectorAll("[data-keep-drop]")) {
    link.addEventListener("click", () => {
      leaving = true;
      write(key, null);
    });
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });

  const words = (pairs) => JSON.stringify(pairs.filter(([name]) => !NOT_FILLED.has(name)));
  const isSame = kept && words(kept.typed) === words(typedIn(form));
  const isStored = kept?.sent && document.referrer === location.href.split("#")[0];
  if (kept?.again) restore();
  else if ("keepUnsaved" in form.dataset) {
    dirty = true;
    keep();
  } else if (isSame || isStored) write(key, null);
  else if (kept && offer) {
    offer.hidden = false;
    offer.querySelector("[data-keep-restore]").addEventListener("click", restore);
    offer.querySelector("[data-keep-forget]").addEventListener("click", () => {
      write(key, null);
      offer.hidden = true;
    });
  }
}
