// Makes a search box a combobox: the procedures that may be meant, below what is being typed.
// Without this script the form asks the same question. data-suggest-url answers {suggestions}.
const [WAIT, LEAST] = [150, 2];

export default function suggest(form) {
  const input = form.querySelector("input[type=search]");
  const url = form.dataset.suggestUrl;
  const known = new Map();
  let [timer, asking, active, options] = [0, null, -1, []];

  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestLabel);
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  input.parentElement.append(list);
  form.append(told);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    options[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function optionFor(row, place) {
    const option = document.createElement("li");
    option.id = `${list.id}-${place}`;
    option.className = "suggestions__row";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = row.url;
    const title = document.createElement("span");
    title.textContent = row.title;
    option.append(title);
    if (row.official) {
      const official = document.createElement("span");
      official.className = "suggestions__official";
      official.textContent = row.official;
      option.append(official);
    }
    return option;
  }

  function show(rows) {
    options = rows.map(optionFor);
    list.replaceChildren(...options);
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(options.length > 0));
    told.textContent = options.length
      ? `${options.length} gợi ý. Dùng phím mũi tên để chọn, Enter để mở.`
      : "Không có gợi ý.";
  }

  async function ask() {
    const typed = input.value.trim();
    asking?.abort();
    if (typed.length < LEAST) {
      close();
      told.textContent = "";
      return;
    }
    if (known.has(typed)) {
      show(known.get(typed));
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${url}?${new URLSearchParams({ q: typed })}`, {
        signal: asking.signal,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      known.set(typed, suggestions);
      // Whoever has left the box, or typed on, is not answered any more.
      if (document.activeElement === input && input.value.trim() === typed) show(suggestions);
    } catch {
      // Offline, or a newer question: the form still works.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) {
        if (event.key === "ArrowDown") ask();
        return;
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // Before the first and after the last stands the box itself.
      const places = options.length + 1;
      choose(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      window.location.assign(options[active].dataset.url);
    } else if (event.key === "Tab") {
      close();
    }
  });

  // The box keeps the focus, so that the list does not close before the press is over.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) window.location.assign(option.dataset.url);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
}
