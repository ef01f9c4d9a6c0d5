// Solves the proof of work while the person reads, so that no puzzle is ever asked of anyone.
const words = {
  working: "Đang kiểm tra tự động…",
  done: "Đã kiểm tra xong.",
  failed: "Chưa kiểm tra được. Có thể bấm nút gửi để thử lại.",
};

function solve(workerUrl, challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl, { type: "module" });
    worker.addEventListener("message", (event) => {
      worker.terminate();
      if (event.data.number === null) reject(new Error("no solution"));
      else resolve(event.data.number);
    });
    worker.addEventListener("error", (event) => {
      worker.terminate();
      reject(new Error(event.message));
    });
    worker.postMessage(challenge);
  });
}

// The salt may carry "?expires=<seconds>": a solution that old is refused by the server. Counted
// from the server's own clock, because the one of this device may be wrong by days.
function lifetimeOf(salt, response) {
  const seconds = new URLSearchParams(salt.split("?")[1] ?? "").get("expires");
  const now = Date.parse(response.headers.get("Date") ?? "");
  return seconds && now ? Number(seconds) * 1000 - now : Infinity;
}

export default function robot(box) {
  const field = box.querySelector("input[name=altcha]");
  const state = box.querySelector("[role=status]");
  const form = box.closest("form");
  let expires = 0;
  let running = null;
  let passing = false;

  async function run() {
    state.textContent = words.working;
    const response = await fetch(box.dataset.challengeUrl, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`challenge ${response.status}`);
    const asked = Date.now();
    const { algorithm, challenge, salt, signature, maxnumber, maxNumber } = await response.json();
    const limit = maxnumber ?? maxNumber ?? 1000000;
    const number = await solve(box.dataset.workerUrl, { algorithm, challenge, salt, limit });
    field.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    expires = asked + lifetimeOf(salt, response);
    state.textContent = words.done;
  }

  function ensure() {
    running ??= run().finally(() => { running = null; });
    return running;
  }

  const fresh = () => field.value && Date.now() < expires - 5000;

  form.addEventListener("submit", async (event) => {
    if (passing || fresh()) return;
    event.preventDefault();
    field.value = "";
    try {
      await ensure();
      // What was solved just now is sent, whatever the clock says: asking again would never end.
      passing = true;
      form.requestSubmit(event.submitter ?? undefined);
      passing = false;
    } catch {
      // The server still answers in words and offers a one-time code instead.
      state.textContent = words.failed;
      form.submit();
    }
  }, { capture: true });

  ensure().catch(() => { state.textContent = words.failed; });
}
