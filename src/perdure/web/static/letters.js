// A letter's items by keys: what is in focus is shown beside the list, what is decided leaves its line where it was.
const desk = document.querySelector("[data-letter]");
const form = document.querySelector("[data-decide-items]");
const place = document.querySelector("[data-beside]");
const PATIENCE_MS = 10_000;
const DECIDE_MS = 120_000; // hundreds at once take their time, and what was sent is done
const parts = new Map(); // item number → its part of the page, on its way or here

const rows = () => [...desk.querySelectorAll(".letter-item")];
const rowOf = (number) => desk.querySelector(`.letter-item[data-n="${number}"]`);
const current = () => desk.querySelector(".letter-item:has([aria-current])");
const box = (row) => row.querySelector("input[type=checkbox]");
const chosen = () => rows().filter((row) => box(row).checked);
const pending = () => rows().filter((row) => row.dataset.state === "pending");

function part(number) {
  if (!parts.has(number)) {
    const asked = fetch(`/moderation/letters/${desk.dataset.letter}/items/${number}`, {
      headers: { Accept: "text/html", "X-Prefetch": "1" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    parts.set(number, asked);
    if (parts.size > 40) parts.delete(parts.keys().next().value);
  }
  return parts.get(number);
}

// The line in focus is the one that keys act on.
async function look(row) {
  const link = row.querySelector("[data-row]");
  for (const other of desk.querySelectorAll("[data-row][aria-current]")) if (other !== link) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const number = row.dataset.n;
  form.elements.current.value = number;
  const following = after(row);
  form.elements.next.value = following?.dataset.n ?? "";
  const here = place.querySelector("[data-item]");
  if (here?.dataset.item !== number || here.dataset.state !== row.dataset.state) {
    const text = await part(number);
    if (current() !== row) return;
    if (text) place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    else parts.delete(number);
  }
  if (following) part(following.dataset.n);
}

function after(row) {
  const all = rows();
  const at = all.indexOf(row);
  const waits = (one) => one.dataset.state === "pending" && one !== row;
  return all.slice(at + 1).find(waits) ?? all.slice(0, Math.max(at, 0)).find(waits) ?? null;
}

function go(row) {
  if (!row) return;
  const link = row.querySelector("[data-row]");
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  look(row);
}

function count() {
  const words = desk.querySelector("[data-chosen-words]");
  const all = chosen();
  words.hidden = all.length === 0;
  words.textContent = desk.dataset.chosen.replace("{n}", String(all.length));
  return all.length;
}

function say(text) {
  const words = desk.querySelector("[data-chosen-words]");
  words.hidden = false;
  words.textContent = text;
}

desk.addEventListener("focusin", (event) => {
  const row = event.target.closest(".letter-item");
  if (row && event.target.matches("[data-row]")) look(row);
});

desk.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const link = event.target.closest("[data-row]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.closest(".letter-item"));
    if (event.detail === 0 || matchMedia("(max-width: 999px)").matches) desk.querySelector("#item").scrollIntoView({ block: "start" });
  } else if (button?.matches("[data-toggle]")) {
    const row = current();
    if (row && !box(row).disabled) box(row).checked = !box(row).checked;
    count();
  } else if (button?.matches("[data-like]")) like(button.dataset.like);
  else if (button?.matches("[data-clear]")) {
    for (const row of chosen()) box(row).checked = false;
    count();
  } else if (button?.matches("[data-next-pending]")) go(current() ? after(current()) : pending()[0]);
});
desk.addEventListener("change", (event) => event.target.matches(".pick input") && count());

// Everything pending that is like the line in focus.
function like(kind) {
  const row = current();
  const key = row?.dataset[kind];
  const found = key ? pending().filter((one) => one.dataset[kind] === key) : [];
  for (const one of found) box(one).checked = true;
  if (found.length) count();
  else say(desk.dataset.none);
}

function spans(numbers) {
  const runs = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.getAttribute("aria-busy")) return;
  const here = current();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  fields.delete("items");
  fields.set("spans", spans(chosen().map((row) => Number(row.dataset.n))));
  form.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, {
    method: "POST",
    body: fields,
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(DECIDE_MS),
  }).catch(() => null);
  const told = (await answer?.json().catch(() => null)) ?? {};
  form.removeAttribute("aria-busy");
  if (!answer?.ok) {
    say(told.error ?? desk.dataset.refused);
    return;
  }
  for (const one of told.items) settle(one);
  desk.querySelector("[data-progress]").textContent = told.progress;
  desk.querySelector(".letter-progress rect")?.setAttribute("width", told.share);
  desk.querySelector(".strips").replaceChildren(...new DOMParser().parseFromString(told.strip, "text/html").body.childNodes);
  form.elements.facts.value = "";
  count();
  if (told.pending === 0) finished();
  else if (!pending().length) desk.querySelector('[rel="next"]')?.click(); // the rest of a long letter
  else if (here) go(here.dataset.state === "pending" ? here : after(here));
});

function settle(one) {
  const row = rowOf(one.number);
  parts.delete(String(one.number));
  if (!row) return;
  row.dataset.state = one.state;
  box(row).checked = false;
  box(row).disabled = true;
  row.querySelector(".outcome-of").textContent = `✓ ${one.words}`;
}

function finished() {
  const answer = desk.querySelector("[data-answer]");
  answer.classList.remove("quiet");
  say(desk.dataset.over);
  answer.focus();
}

// Being read: look again until it is.
if (desk.querySelector("[data-again]")) setTimeout(() => location.reload(), 2_000);
const first = current();
if (first && !document.activeElement?.closest("form")) first.querySelector("[data-row]").focus({ preventScroll: true });
