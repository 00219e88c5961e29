// Keeps an open page in step: counts in the navigation, new posts announced, messages appended. All of it is there
// after a reload too, so whatever fails here fails silently.
const COUNTED = ["/notifications", "/messages", "/you"];
const SLOWEST = 60_000;
const LEFT_OPEN = 5_000;
let source;
let wait = 1_000;
let again;
let leaving;
let asking;
let over = false;

const page = (text) => new DOMParser().parseFromString(text, "text/html");
const get = (path, type) => fetch(path, { headers: { Accept: type } });

function show(counts) {
  for (const path of COUNTED) {
    const { n, short, text } = counts[path];
    for (const link of document.querySelectorAll(`.bar a[href="${path}"]`)) {
      link.querySelector(".count")?.remove();
      if (!n) continue;
      const badge = document.createElement("b");
      const [seen, read] = [document.createElement("span"), document.createElement("span")];
      badge.className = "count";
      seen.setAttribute("aria-hidden", "true");
      seen.textContent = short;
      read.className = "hidden";
      read.textContent = text;
      badge.append(seen, read);
      link.append(badge);
    }
  }
}

async function count() {
  const answer = await get("/live/counts", "application/json");
  if (answer.status === 401) return stop();
  if (answer.ok) show(await answer.json());
}

// Several things that happen at once are asked for once.
function soon() {
  clearTimeout(asking);
  asking = setTimeout(() => count().catch(() => {}), 250);
}

async function append(room) {
  const last = room.lastElementChild?.dataset.id;
  if (!last) return;
  const answer = await get(`/messages/${room.dataset.talk}?after=${last}`, "text/html");
  if (!answer.ok) return;
  const fresh = [...page(await answer.text()).querySelectorAll("li[data-id]")];
  const news = fresh.filter((one) => !document.getElementById(one.id));
  const below = document.documentElement.scrollHeight - innerHeight - scrollY < 160;
  room.append(...news);
  if (!news.length) return;
  if (below) scrollTo({ top: document.documentElement.scrollHeight });
  if (news.every((one) => one.classList.contains("own"))) return;
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = said.dataset.said;
  await fetch(`/messages/${room.dataset.talk}/read`, { method: "POST" });
}

async function renew(list) {
  const answer = await get(location.href, "text/html");
  const fresh = answer.ok && page(await answer.text()).querySelector(".talks");
  if (fresh && !list.contains(document.activeElement)) list.replaceChildren(...fresh.children);
}

// A post is heard of when it is there; a moment later it is in every feed, on a busy site a little later.
function posted() {
  for (const later of [400, 2_500, 10_000]) setTimeout(() => document.dispatchEvent(new CustomEvent("live:post")), later);
}

async function message(id) {
  const room = document.querySelector("[data-talk]");
  const list = document.querySelector(".talks");
  if (room?.dataset.talk === id) await append(room);
  else if (list) await renew(list);
  soon();
}

// What happened between the making of the page and the opening of the stream.
function catchUp() {
  const room = document.querySelector("[data-talk]");
  soon();
  if (room) append(room).catch(() => {});
  posted();
}

function open() {
  clearTimeout(again);
  if (source || over || document.hidden) return;
  source = new EventSource("/live");
  source.addEventListener("open", () => {
    setTimeout(() => (wait = 1_000), 10_000);
    catchUp();
  });
  source.addEventListener("post", posted);
  source.addEventListener("notice", soon);
  source.addEventListener("talk", (event) => message(event.data).catch(() => {}));
  source.addEventListener("error", () => {
    close();
    again = setTimeout(() => count().then(open, open), wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, SLOWEST);
  });
}

function close() {
  source?.close();
  source = undefined;
}

function stop() {
  close();
  clearTimeout(again);
  over = true;
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.hidden) {
    leaving = setTimeout(close, LEFT_OPEN);
    return;
  }
  open();
});
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && open());

// What somebody looked at for a moment is read. Without this file there is a button for it.
function seen() {
  for (const form of document.querySelectorAll("form[data-seen]")) {
    setTimeout(() => {
      if (document.hidden) return;
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
        .then((answer) => {
          if (answer.ok) form.remove();
          soon();
        })
        .catch(() => {});
    }, 1_500);
  }
}

open();
seen();
