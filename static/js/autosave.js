// Saves a form while it is being filled in, keeps trying, and always says where it stands.
import { answersOf, followersOf, isChanged } from "./autosave-form.js";

const QUIET_MS = 1500;
const RETRY_MS = [3000, 6000, 15000, 30000, 60000];
const words = {
  waiting: "Đang lưu…",
  failed: "Chưa lưu được, sẽ thử lại. Nội dung vẫn còn trên trang này.",
  signedOut: "Phiên làm việc đã hết. Mở trang đăng nhập ở thẻ khác, rồi quay lại: nội dung vẫn còn ở đây.",
  elsewhere: "Nội dung này vừa được sửa ở nơi khác. Tải lại trang để xem bản mới nhất.",
};

function clock() {
  return new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

export default function autosave(form) {
  const url = form.dataset.autosaveUrl || form.action;
  const state = document.getElementById(form.dataset.autosaveState) ?? form.querySelector(".save-state");
  const saved = form.dataset.autosaveSaved ?? "Đã lưu lúc";
  const followers = followersOf(form, { isBusy: () => dirty || running, settled, leave });
  let dirty = false;
  let leaving = false;
  let paused = "autosavePaused" in form.dataset;
  let running = false;
  let failures = 0;
  let refused = false;
  let timer;

  function say(name, text) {
    if (!state) return;
    state.dataset.state = name;
    state.textContent = text;
  }

  function plan(delay) {
    clearTimeout(timer);
    if (!leaving && !paused) timer = setTimeout(save, delay);
  }

  function failed() {
    dirty = true;
    say("failed", words.failed);
    plan(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }

  async function save({ keepalive = false } = {}) {
    // Another form has taken its place, with all that was typed here.
    if (!form.isConnected || paused) return;
    if (running && !keepalive) return plan(QUIET_MS);
    running = true;
    dirty = refused = false;
    say("waiting", words.waiting);
    const body = answersOf(form);
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        keepalive,
        redirect: "manual",
        headers: { "X-CSRFToken": body.get("csrfmiddlewaretoken") ?? "", "X-Autosave": "1", Accept: "application/json" },
      });
      if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) {
        dirty = true;
        say("failed", words.signedOut);
        plan(RETRY_MS.at(-1));
      } else if (response.status === 409) {
        dirty = true;
        failures += 1;
        const compare = form.querySelector("[data-autosave-compare]");
        // Where the newest can be put beside it, trying again would only be refused again.
        if (compare) [compare.hidden, paused] = [false, true];
        say("failed", (await answerOf(response)).sentence ?? words.elsewhere);
      } else if (response.status === 422) {
        dirty = refused = true;
        failures += 1;
        say("failed", (await answerOf(response)).sentence ?? words.failed);
      } else if (response.ok) {
        failures = 0;
        const answer = await answerOf(response);
        for (const [name, value] of Object.entries(answer.fields ?? {})) {
          const field = form.elements.namedItem(name);
          if (field) field.value = value;
          for (const follower of followers) if (follower.name === name) follower.value = value;
        }
        if (dirty) plan(QUIET_MS);
        else say("saved", `${saved} ${answer.saved_at || clock()}`);
      } else {
        failed();
      }
    } catch {
      failed();
    } finally {
      running = false;
    }
  }

  async function answerOf(response) {
    const json = response.headers.get("Content-Type")?.startsWith("application/json");
    return json ? response.json() : {};
  }

  function leave() {
    leaving = true;
    clearTimeout(timer);
  }

  async function settled() {
    while (running) await new Promise((done) => setTimeout(done, 100));
    clearTimeout(timer);
    if (dirty) await save();
    return !dirty;
  }

  form.addEventListener("input", () => {
    dirty = true;
    // After a refusal what is typed now may mend it; after a dropped line the retry is planned.
    if (failures === 0 || refused) plan(QUIET_MS);
  });
  if ("autosaveUnsaved" in form.dataset || [...form.elements].some(isChanged)) {
    dirty = true;
    // What was taken away can be put back until something else is typed.
    if (form.dataset.autosaveUnsaved !== "later") plan(QUIET_MS);
  }
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) leave();
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("online", () => { if (dirty) save(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty && !leaving) save({ keepalive: true });
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && failures > 0 && !leaving) event.preventDefault();
  });
}
