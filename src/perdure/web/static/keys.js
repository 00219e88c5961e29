// Keys for people who read and write much. They never act while somebody types, with a modifier held, or switched off.
const OFF = "perdure-keys-off";
const ITEMS = "main .post:not(.quoted), main .told, main .talk";
const PLACES = {
  h: "/", n: "/notifications", m: "/messages", e: "/explore", l: "/lists", b: "/bookmarks", f: "/favourites", s: "/settings",
};
const PRESS = { f: ".acts .favourite", b: ".acts .echo", s: ".acts .bookmark", r: '.acts a[href$="/reply"]' };
const map = document.querySelector("#keys");
const box = document.querySelector("#keys-on");
let going = 0;

function off() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

const items = () =>
  [...document.querySelectorAll(ITEMS)].filter((item) => item.getClientRects().length && !item.parentElement.closest(".told"));
const current = () => document.activeElement?.closest(ITEMS.replaceAll("main ", "")) ?? null;

function step(by) {
  const all = items();
  if (!all.length) return;
  const here = all.findIndex((item) => item === current() || item.contains(document.activeElement));
  const below = all.findIndex((item) => item.getBoundingClientRect().bottom > 80);
  const at = here < 0 ? Math.max(below, 0) : Math.min(Math.max(here + by, 0), all.length - 1);
  const item = all[at];
  if (!item.hasAttribute("href")) item.tabIndex = -1;
  item.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  item.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

function press(selector) {
  const found = current()?.querySelector(selector);
  if (found && !found.disabled) found.click();
  return Boolean(found);
}

function act(key) {
  const item = current();
  if (Date.now() - going < 1_500) {
    going = 0;
    const profile = document.querySelector(".bar a[data-profile]")?.href;
    const place = key === "p" ? profile : PLACES[key];
    if (place) location.assign(place);
    return Boolean(place);
  }
  if (key === "g") going = Date.now();
  else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "n") location.assign("/write");
  else if (key === "/") {
    const fields = [...document.querySelectorAll('input[type="search"]')].filter((field) => field.getClientRects().length);
    if (fields[0]) fields[0].focus();
    else location.assign("/search");
  } else if (key === "?") map.showModal();
  else if (key === "x" && item) {
    const fold = item.querySelector("details.warned, details.veil");
    if (!fold) return false;
    fold.open = !fold.open;
  } else if ((key === "Enter" || key === "o") && item && item === document.activeElement && !item.hasAttribute("href")) {
    const link = item.querySelector(".when[href], .brief[href]");
    if (!link) return false;
    location.assign(link.href);
  } else if (PRESS[key]) return press(PRESS[key]);
  else return false;
  return true;
}

const typing = (element) => element?.closest?.("input, textarea, select, [contenteditable], dialog") != null;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (off() || typing(event.target) || map.open) return;
  if (act(event.key)) event.preventDefault();
});

box.checked = !off();
box.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // A browser that keeps nothing keeps the keys on.
  }
});
map.addEventListener("click", (event) => event.target === map && map.close());
for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => map.showModal());
}
