/**
 * Addresses, made livelier: the communes of a province as suggestions, and at once the question which
 * commune of today an old name means. Without this script the server asks the same after sending.
 */

/** Offer the communes of the chosen province; a slow or failed answer only leaves no suggestions. */
async function suggestCommunes(address, province) {
    const list = address.querySelector("datalist");
    list.replaceChildren();
    if (!province) return;
    const url = new URL(address.dataset.communesUrl, window.location.href);
    url.searchParams.set("tinh", province);
    try {
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (!response.ok) return;
        const communes = await response.json();
        list.replaceChildren(...communes.map(([, name]) => new Option(name, name)));
    } catch {
        // The name can still be typed: the server finds it.
    }
}

function choice(list, name, [code, commune, province, former]) {
    const row = document.createElement("div");
    row.className = "form-check";
    const input = Object.assign(document.createElement("input"), {
        type: "radio", className: "form-check-input", id: `id_${name}_${code}`, name, value: code,
        checked: list.length === 1,
    });
    const label = Object.assign(document.createElement("label"), {
        className: "form-check-label", htmlFor: input.id, textContent: `${commune}, ${province}`,
    });
    if (former) {
        const hint = document.createElement("span");
        hint.className = "form-text d-block";
        hint.textContent = `trước đây: ${former}`;
        label.append(hint);
    }
    row.append(input, label);
    return row;
}

/** Ask which commune of today an old or unclear name means; the server asks again if this fails. */
async function askCommune(address, text) {
    const box = address.querySelector("[data-commune-choices]");
    const listed = [...address.querySelectorAll("datalist option")].map((option) => option.value);
    const show = (rows) => {
        box.querySelector("[data-choices]").replaceChildren(
            ...rows.map((row) => choice(rows, box.dataset.name, row)),
        );
        box.hidden = rows.length === 0;
    };
    show([]);
    if (!text.value.trim() || listed.includes(text.value.trim())) return;
    const url = new URL(address.dataset.communesUrl, window.location.href);
    url.searchParams.set("tinh", address.querySelector("select")?.value ?? "");
    url.searchParams.set("ten", text.value.trim());
    try {
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (response.ok) show(await response.json());
    } catch {
        // The form still goes to the server, which finds the place or asks.
    }
}

document.addEventListener("change", (event) => {
    const address = event.target.closest("[data-communes-url]");
    if (!address) return;
    if (event.target.tagName === "SELECT") suggestCommunes(address, event.target.value);
    if (event.target.hasAttribute("list")) askCommune(address, event.target);
});
