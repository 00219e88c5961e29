// The moderators' console with keys: everything that a button does, its key does. Without this file it is plain forms.
const PATIENCE_MS = 10_000;
const BEAT_MS = 60_000;
const failed = document.body.dataset.failed;
const map = document.querySelector("#keys");
let going = 0;
let waiting = null; // the next case, fetched ahead: { href, page }
let beat = 0;

const panes = () => document.querySelector(".panes");
// What is folded away has boxes too, in browsers that can find text in it.
const shown = (element) => (element.checkVisibility?.() ?? element.getClientRects().length > 0) || element.type === "checkbox";
const typing = (element) => element?.closest?.("textarea, select, [contenteditable], dialog[open], input:not([type=checkbox], [type=radio])") != null;

function say(text) {
  let place = document.querySelector("#toast");
  if (!place) {
    place = document.createElement("p");
    place.id = "toast";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.remove(), 6000);
}

// Keys

// A key of a list acts on the line that is in focus and on no other; a folded one unfolds first.
function press(name) {
  const all = [...document.querySelectorAll(`main [data-key="${CSS.escape(name)}"]`)];
  const row = document.activeElement?.closest?.(".entries > li") ?? null;
  const mine = all.filter((one) => one.closest(".entries > li") === row);
  if (row && mine.length && !mine.some(shown)) {
    row.querySelector("details").open = true;
    (row.querySelector(".entry-more :is(input:not([type=hidden]), textarea)") ?? mine[0]).focus();
    return true;
  }
  const found = (mine.length ? mine : all.filter((one) => !one.closest(".entries > li"))).find(shown);
  if (!found) return false;
  if (found.matches("textarea, select, input:not([type=checkbox], [type=radio])")) found.focus();
  else if (found.matches("summary")) {
    const fold = found.parentElement;
    fold.open = !fold.open;
    (fold.open ? fold.querySelector("textarea, select, input:not([type=hidden])") : found)?.focus();
  } else if (found.form && found.type === "submit") found.form.requestSubmit(found);
  else found.click();
  return true;
}

function step(by) {
  const rows = [...document.querySelectorAll(".case-row a, [data-row]")].filter(shown);
  if (!rows.length) return false;
  const line = document.activeElement?.closest?.(".case-row, .entries > li");
  const focused = rows.findIndex((row) => line?.contains(row));
  const here = focused < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : focused;
  const row = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function reveal(on) {
  const all = document.querySelectorAll("[data-graphic]");
  for (const one of all) one.classList.toggle("shown", on);
  return all.length > 0;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target) && !map.open) {
    event.target.blur();
    panes()?.querySelector(".pane.decision, .pane.case")?.focus({ preventScroll: true });
    return;
  }
  if (event.ctrlKey) {
    if (event.key === "Enter" && press("Ctrl+Enter")) event.preventDefault();
    return;
  }
  if (typing(event.target) || map.open || (event.repeat && !"jk".includes(event.key))) return;
  if (act(event.key)) event.preventDefault();
});
document.addEventListener("keyup", (event) => event.key === "m" && reveal(false));

function act(key) {
  if (Date.now() - going < 1_500) {
    going = 0;
    const place = document.querySelector(`.console-bar [data-go="${CSS.escape(key)}"]`);
    place?.click();
    return place !== null;
  }
  if (key === "g") going = Date.now();
  else if (key === "?") map.showModal();
  else if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  else if (key === "m") return reveal(true);
  else return /^[a-z0-9/]$/.test(key) && press(key);
  return true;
}

map.addEventListener("click", (event) => event.target === map && map.close());
for (const button of document.querySelectorAll("[data-map]")) button.addEventListener("click", () => map.showModal());

// Media stays grey and blurred until it is held down.

for (const [name, on] of [["pointerdown", true], ["pointerup", false], ["pointerleave", false], ["pointercancel", false]]) {
  document.addEventListener(name, (event) => event.target.closest?.("[data-graphic]")?.classList.toggle("shown", on), true);
}

// The lease: taken when a case is opened, kept while the page is looked at.

async function ask(action, fields = {}) {
  const answer = await fetch(action, {
    method: "POST",
    body: fields instanceof URLSearchParams ? fields : new URLSearchParams(fields),
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { ok: answer.ok, status: answer.status, told: await answer.json().catch(() => ({})) };
}

async function keep() {
  const place = document.querySelector("[data-lease]");
  if (!place?.dataset.lease || document.hidden) return;
  const answer = await ask(place.dataset.lease).catch(() => null);
  if (!answer || !place.isConnected) return;
  const words = place.querySelector("[data-lease-words]");
  if (answer.ok) words.textContent = answer.told.words;
  else {
    words.textContent = place.dataset.lost;
    place.dataset.lease = "";
  }
}

async function hold() {
  clearInterval(beat);
  beat = setInterval(keep, BEAT_MS);
  const place = document.querySelector("[data-claim]");
  if (!place?.dataset.claim) return;
  const answer = await ask(place.dataset.claim).catch(() => null);
  if (!answer?.ok || !place.isConnected) return;
  place.dataset.lease = answer.told.renew;
  place.dataset.claim = "";
  place.querySelector("[data-lease-words]").textContent = answer.told.words;
  place.querySelector("[data-take]")?.remove();
  place.querySelector("[data-release]").hidden = false;
  for (const field of document.querySelectorAll('.pane input[name="version"]')) field.value = answer.told.version;
}

// The next case is there before it is asked for.

async function ahead() {
  waiting = null;
  const href = panes()?.dataset.next;
  if (!href) return;
  const answer = await fetch(href, { headers: { Accept: "text/html", "X-Prefetch": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (panes()?.dataset.next === href) waiting = { href, page };
}

function show(page, href) {
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
  history.pushState({}, "", href);
  prepare();
  document.querySelector("#case")?.focus({ preventScroll: true });
}

async function go(href) {
  if (waiting?.href === href) {
    show(waiting.page, href);
    return;
  }
  location.assign(href);
}

addEventListener("popstate", () => location.reload());

// A decision goes out while the next case is already shown; where it is refused, the case comes back as it was.

async function decide(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const missing = [...form.querySelectorAll("[required]")].find((field) => !field.value.trim());
  if (missing) {
    say(form.dataset.obligatory);
    missing.setAttribute("aria-invalid", "true");
    missing.focus();
    return;
  }
  const before = { main: document.querySelector("main"), title: document.title, href: location.href };
  const [ready, sent] = [waiting, ask(form.action, fields)];
  form.setAttribute("aria-busy", "true");
  if (ready) show(ready.page, ready.href);
  const answer = await sent.catch(() => null);
  if (answer?.ok) {
    if (ready) undoable(answer.told);
    else location.assign(answer.told.next);
    return;
  }
  form.removeAttribute("aria-busy");
  if (ready) {
    document.querySelector("main").replaceWith(before.main);
    document.title = before.title;
    history.pushState({}, "", before.href);
    prepare();
  }
  if (!answer) say(failed);
  else refused(form, answer.told);
}

function refused(form, told) {
  if (told.page) {
    // Somebody was faster: the page that says what changed, with everything that was typed.
    const page = new DOMParser().parseFromString(told.page, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    prepare();
    document.querySelector(".conflict, .problem")?.focus();
  } else say(told.error ?? failed);
}

function undoable(told) {
  const strips = document.querySelector(".strips");
  if (!strips || !told.strip) return;
  strips.replaceChildren(...new DOMParser().parseFromString(told.strip, "text/html").body.childNodes);
  count();
}

function count() {
  for (const form of document.querySelectorAll("form[data-undo]")) {
    const left = form.querySelector("[data-left]");
    const timer = setInterval(() => {
      const seconds = Math.round((Number(form.dataset.until) - Date.now()) / 1000);
      if (seconds <= 0 || !form.isConnected) {
        clearInterval(timer);
        form.remove();
      } else if (seconds <= 30) left.textContent = left.dataset.unit.replace("{n}", String(seconds));
    }, 1000);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-decide]")) return;
  event.preventDefault();
  if (!form.getAttribute("aria-busy")) decide(form, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.shiftKey || event.metaKey || link.getAttribute("href") !== waiting?.href) return;
  event.preventDefault();
  go(waiting.href);
});

document.addEventListener("change", (event) => {
  const select = event.target;
  if (select.matches("[data-fills]") && select.value) {
    const field = document.getElementById(select.dataset.fills);
    field.value = field.value.trim() ? `${field.value.trim()}\n${select.value}` : select.value;
    field.removeAttribute("aria-invalid");
    select.selectedIndex = 0;
    field.focus();
  }
  if (select.matches("#policy")) fits(select);
  if (select.matches("[name=effects]")) follow(select.form);
});

// What a decision falls on follows from what it does.
function follow(form) {
  const chosen = [...form.querySelectorAll("[name=effects]:checked")].map((box) => box.value);
  const account = chosen.some((one) => one.startsWith("account_"));
  const content = chosen.some((one) => !one.startsWith("account_") && one !== "warn");
  if (!chosen.length && !form.querySelector("[name=scope] [value=content]")) return;
  form.elements.scope.value = account && content ? "both" : account ? "account" : content || !chosen.length ? "content" : "none";
}

// Templates of the policy that is chosen, and what a strike under it weighs.
function fits(select) {
  for (const option of document.querySelectorAll("#template option[data-policy]")) {
    option.hidden = option.disabled = option.dataset.policy !== select.value && option.dataset.policy !== "";
  }
  const weight = document.querySelector("[data-weight]:not(option)");
  if (weight) weight.textContent = select.selectedOptions[0]?.dataset.weight || "0";
}

function prepare() {
  const select = document.querySelector("#policy");
  if (select) fits(select);
  count();
  hold();
  ahead();
}

prepare();
document.querySelector(".console-bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
