// Sends the files of one paper as soon as they are chosen or photographed, one by one, in words.
function megabytes(bytes) {
  return `${(bytes / 1048576).toLocaleString("vi-VN", { maximumFractionDigits: 1 })} MB`;
}

function send({ form, input, file, onProgress }) {
  return new Promise((resolve, reject) => {
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", body.get("csrfmiddlewaretoken") ?? "");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error("network")));
    request.send(body);
  });
}

// The answer of the server is the card itself, with its new state; anything else is not trusted.
function replaceCard(card, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const fresh = holder.content.firstElementChild;
  if (!fresh || fresh.id !== card.id) return null;
  card.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("portal:replaced", { bubbles: true }));
  return fresh;
}

// The card was replaced, and with it what was focused: say the new state, and stay where one was.
function tell(card) {
  const title = card.querySelector(".paper-card__title");
  let live = document.getElementById("upload-live");
  if (!live) {
    live = document.createElement("p");
    live.id = "upload-live";
    live.className = "visually-hidden";
    live.setAttribute("role", "status");
    document.querySelector("main").append(live);
  }
  live.textContent = `${title.textContent.trim()}: ${card.querySelector(".tag")?.textContent.trim()}`;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function refusal(request) {
  if (request.status === 413) return "Tệp này quá lớn.";
  if (request.status === 401 || request.status === 403 || request.responseURL.includes("dang-nhap"))
    return "Phiên làm việc đã hết, vui lòng đăng nhập lại.";
  if (request.status === 429) return "Vừa gửi quá nhiều tệp, vui lòng chờ ít phút.";
  return "Máy chủ chưa nhận được tệp này.";
}

export default function upload(card) {
  const form = card.querySelector("form[data-upload]");
  const input = form?.querySelector("input[type=file]");
  if (!input) return;
  const progress = card.querySelector("[data-upload-state]");
  const limit = Number(input.dataset.maxBytes || 0);
  form.querySelector("[data-upload-send]")?.setAttribute("hidden", "");
  input.classList.add("visually-hidden");
  input.tabIndex = -1;
  input.setAttribute("aria-hidden", "true");
  const pick = form.querySelector("[data-upload-pick]");
  const shoot = form.querySelector("[data-upload-camera]");
  if (pick) pick.hidden = false;
  // Only what one holds in the hand has a camera that can be pointed at a paper.
  if (shoot) shoot.hidden = !window.matchMedia("(pointer: coarse)").matches;
  pick?.addEventListener("click", () => input.click());
  // A summary of errors leads to the input, which nobody sees any more.
  input.addEventListener("focus", () => pick?.focus());

  const camera = input.cloneNode();
  camera.removeAttribute("id");
  camera.removeAttribute("multiple");
  camera.setAttribute("accept", "image/*");
  camera.setAttribute("capture", "environment");
  camera.hidden = true;
  camera.removeAttribute("name");
  form.append(camera);
  shoot?.addEventListener("click", () => camera.click());

  function fail(reason, file) {
    progress.hidden = false;
    progress.textContent = `${reason} Các giấy tờ khác vẫn được giữ nguyên. `;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link-button";
    again.textContent = `Gửi lại “${file.name}”`;
    again.addEventListener("click", () => sendAll([file]));
    progress.append(again);
  }

  async function sendAll(files) {
    let current = card;
    for (const [index, file] of files.entries()) {
      if (limit && file.size > limit) {
        progress.hidden = false;
        progress.textContent = `Tệp “${file.name}” nặng ${megabytes(file.size)}, nhiều hơn mức ${megabytes(limit)}. Vui lòng chụp lại hoặc chọn tệp khác.`;
        return;
      }
      const part = files.length > 1 ? ` (tệp ${index + 1} / ${files.length})` : "";
      const box = current.querySelector("[data-upload-state]");
      const show = (percent) => {
        box.hidden = false;
        box.textContent = percent < 100 ? `đang tải ${percent} %${part}` : `đang kiểm tra tệp${part}…`;
      };
      show(0);
      current.classList.add("paper-card--uploading");
      try {
        const request = await send({ form, input, file, onProgress: show });
        const html = request.status === 200 || request.status === 422;
        const fresh = html && replaceCard(current, request.responseText);
        if (!fresh) return fail(refusal(request), file);
        current = fresh;
        if (request.status === 422) break;
      } catch {
        current.classList.remove("paper-card--uploading");
        return fail("Chưa gửi được vì mất mạng.", file);
      }
    }
    tell(current);
  }

  for (const source of [input, camera])
    source.addEventListener("change", () => {
      const files = [...source.files];
      if (files.length) sendAll(files);
      source.value = "";
    });
}
