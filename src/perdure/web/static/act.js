// Buttons on posts without leaving the page, menus that close, links to copy. Without this file all of it still works.
const failed = document.body.dataset.failed;

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
  say.timer = setTimeout(() => place.remove(), 4000);
}

async function send(form, button) {
  const action = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(action, { method: "POST", body, headers: { "X-Fragment": "1", Accept: "text/html" } });
  if (answer.redirected) {
    location.assign(`/auth/sign_in?return_to=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) throw new Error(page.querySelector(".problem p:nth-of-type(2)")?.textContent ?? failed);
  const fresh = page.body.firstElementChild;
  const place = button?.getAttribute("formaction")?.replace(/\/un?(?=[a-z]+$)/, "/");
  form.replaceWith(fresh);
  prepare(fresh);
  const same = [...fresh.querySelectorAll("[formaction]")].find(
    (other) => other.getAttribute("formaction").replace(/\/un?(?=[a-z]+$)/, "/") === place,
  );
  (same?.closest("details:not([open])")?.querySelector("summary") ?? same)?.focus();
  if (same?.classList.contains("on")) same.classList.add("fresh");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-live]")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  send(form, event.submitter).catch((error) => {
    form.removeAttribute("aria-busy");
    say(error instanceof TypeError ? failed : error.message);
  });
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.more[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  const button = event.target.closest("[data-copy]");
  if (button) {
    navigator.clipboard.writeText(button.dataset.copy).then(
      () => say(button.dataset.done),
      () => say(failed),
    );
    const menu = button.closest("details.more");
    if (menu) menu.open = false;
  }
});

// A menu that would leave the window opens upwards.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches("details.more[open]")) return;
    const box = menu.querySelector(".box");
    box.classList.remove("up");
    const bar = innerWidth < 700 ? 64 : 0;
    const { bottom, height } = box.getBoundingClientRect();
    if (bottom > innerHeight - bar && menu.getBoundingClientRect().top > height + 60) box.classList.add("up");
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.more[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

function prepare(root) {
  if (navigator.clipboard) for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

prepare(document);
