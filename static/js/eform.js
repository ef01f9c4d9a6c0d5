/**
 * E-forms, made livelier: parts appear with the answers they depend on, rows come and go at once.
 * Without this script the same form works by its submit buttons. Nothing typed is ever cleared:
 * what is hidden is only disabled, and comes back as it was.
 */

const NEW_ROW = "__row__";

/** Return the typed values under a name: the input itself, or the parts of a group or address. */
function valuesOf(root, name) {
    return [...root.querySelectorAll("input, select, textarea")]
        .filter((input) => input.name === name || input.name.startsWith(`${name}.`))
        .filter((input) => !input.disabled)
        .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
        .map((input) => input.value.trim())
        .filter((value) => value !== "");
}

/** Say whether a condition of the server's making is met by what is on the page. */
function holds(root, condition) {
    if (condition.all) return condition.all.every((part) => holds(root, part));
    if (condition.any) return condition.any.some((part) => holds(root, part));
    const given = valuesOf(root, condition.name);
    if ("answered" in condition) return given.length > 0 === condition.answered;
    if (given.length === 0) return false;
    const plain = (value) => (condition.number ? String(Number(value.replace(/[. ]/g, ""))) : value);
    const found = given.some((value) => condition.in.includes(plain(value)));
    return found !== condition.not;
}

/** Disable the inputs of hidden parts, so that they are not sent; enable the others again. */
function settle(part) {
    for (const input of part.querySelectorAll("input, select, textarea, button")) {
        if (!input.hasAttribute("data-restore-row")) input.disabled = input.closest("[hidden]") !== null;
    }
}

/** Show and hide in document order: a condition only ever looks at what stands before it. */
function refresh(root) {
    for (const part of root.querySelectorAll("[data-show-if]")) {
        part.hidden = !holds(root, JSON.parse(part.dataset.showIf));
        settle(part);
    }
}

function liveRows(group) {
    return [...group.querySelectorAll("[data-row]")].filter(
        (row) => !row.querySelector("[data-row-body]").hidden,
    );
}

function updateAddButton(group) {
    const button = group.querySelector("[data-add-row]");
    button.hidden = liveRows(group).length >= Number(group.dataset.maxRows);
    button.disabled = button.hidden;
}

/** Find the row number after the last one ever used on this page, removed rows included. */
function nextIndex(group) {
    const start = `${group.id.replace(/^id_/, "")}.`;
    const used = [...group.querySelectorAll("[data-rows] input")]
        .filter((input) => input.name.startsWith(start))
        .map((input) => Number.parseInt(input.name.slice(start.length), 10));
    return Math.max(-1, ...used) + 1;
}

function addRow(root, group) {
    if (liveRows(group).length >= Number(group.dataset.maxRows)) return;
    const row = group.querySelector("template[data-new-row]").content.firstElementChild.cloneNode(true);
    const index = nextIndex(group);
    for (const element of [row, ...row.querySelectorAll("*")]) {
        for (const attribute of element.attributes) {
            if (attribute.value.includes(NEW_ROW)) {
                attribute.value = attribute.value.replaceAll(NEW_ROW, String(index));
            }
        }
    }
    group.querySelector("[data-rows]").append(row);
    row.querySelector("[data-row-title]").append(` ${group.querySelectorAll("[data-row]").length}`);
    refresh(root);
    updateAddButton(group);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function setRemoved(root, row, isRemoved) {
    row.querySelector("[data-row-body]").hidden = isRemoved;
    row.querySelector("[data-row-removed]").hidden = !isRemoved;
    settle(row);
    refresh(root);
    updateAddButton(row.closest("[data-group]"));
    row.querySelector(isRemoved ? "[data-restore-row]" : "input:not([type=hidden]), select, textarea")?.focus();
}

function onClick(root, event) {
    const button = event.target.closest("button");
    if (!button) return;
    const row = button.closest("[data-row]");
    if (button.hasAttribute("data-add-row")) addRow(root, button.closest("[data-group]"));
    else if (button.hasAttribute("data-remove-row")) setRemoved(root, row, true);
    else if (button.hasAttribute("data-restore-row")) setRemoved(root, row, false);
    else return;
    event.preventDefault();
}

export function start(root) {
    root.addEventListener("click", (event) => onClick(root, event));
    root.addEventListener("input", () => refresh(root));
    root.addEventListener("change", () => refresh(root));
    for (const hint of root.querySelectorAll("[data-eform-condition]")) hint.hidden = true;
    refresh(root);
}

/** Scroll the editor's preview, not the page, to the question that is being written. */
function showHere() {
    const preview = document.querySelector("[data-here]");
    const key = preview?.dataset.here;
    const here = preview?.querySelector(`[id="div_id_f-${key}"], [id="id_f-${key}"]`);
    if (!here) return;
    here.classList.add("eform-preview__here");
    const from = here.getBoundingClientRect().top - preview.getBoundingClientRect().top;
    preview.scrollTop += from - preview.clientHeight / 3;
}

for (const root of document.querySelectorAll("[data-eform]")) start(root);
showHere();
// An editor's preview comes anew while its question is being typed.
document.addEventListener("htmx:afterSwap", (event) => {
    for (const root of event.target.parentElement.querySelectorAll("[data-eform]")) start(root);
});
document.addEventListener("htmx:afterSettle", showHere);
// Going back, the browser puts typed values in after this script has run.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-eform]").forEach(refresh));
