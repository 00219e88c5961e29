// The page about the copies, alive: figures every second, and the last ten minutes of each store as a line. What was
// before the page was opened is not known, and nothing of it leaves the page. Without this file there are figures.
const SPAN = 600_000;
const EVERY = 1_000;
const PATIENCE = 4_000;
const SLOW = 15_000; // who asked for little motion gets a line that moves four times a minute
const [WIDTH, HEIGHT, TOP] = [600, 72, 14];
const LIMIT = 1_000;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const past = new Map(); // store → [[when, ms behind or null]], oldest first
const language = document.documentElement.lang;
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
let root = document.querySelector("[data-copies]");
let level = "";
let drawn = 0;
let told = 0;
let failures = 0;

const levels = ["well", "warn", "ill", "unknown"];
const set = (element, name) => {
  element.classList.remove(...levels);
  element.classList.add(name);
};
const write = (place, text) => {
  if (place && place.textContent !== text) place.textContent = text;
};

function remember(name, now, ms) {
  const points = past.get(name) ?? [];
  points.push([now, ms]);
  while (points[0][0] < now - SPAN) points.shift();
  past.set(name, points);
}

// Runs of points without a gap: a second that nobody answered for is drawn as nothing, not as zero.
function runs(points) {
  const found = [];
  let run = null;
  for (const [when, ms] of points) {
    if (ms === null) run = null;
    else if (run && when - run.at(-1)[0] < 5 * EVERY) run.push([when, ms]);
    else found.push((run = [[when, ms]]));
  }
  return found;
}

function draw(card, now) {
  const points = past.get(card.dataset.store) ?? [];
  const most = Math.max(2 * LIMIT, ...points.map(([, ms]) => ms ?? 0));
  const x = (when) => (((when - now + SPAN) / SPAN) * WIDTH).toFixed(1);
  const y = (ms) => (HEIGHT - (ms / most) * (HEIGHT - TOP)).toFixed(1);
  const found = runs(points);
  const line = found.map((run) => `M${run.map(([when, ms]) => `${x(when)} ${y(ms)}`).join("L")}`);
  const area = found.map((run, i) => `${line[i]}L${x(run.at(-1)[0])} ${HEIGHT}L${x(run[0][0])} ${HEIGHT}Z`);
  const chart = card.querySelector(".chart");
  chart.querySelector(".line").setAttribute("d", line.join(""));
  chart.querySelector(".area").setAttribute("d", area.join(""));
  chart.querySelector(".limit").setAttribute("d", `M0 ${y(LIMIT)}H${WIDTH}`);
  chart.querySelector(".limit-word").style.top = `${Math.max(0, y(LIMIT) - 15)}px`;
}

function tabulate(card) {
  const worst = new Map();
  for (const [when, ms] of past.get(card.dataset.store) ?? []) {
    const minute = Math.floor(when / 60_000) * 60_000;
    const before = worst.get(minute) ?? null;
    worst.set(minute, ms === null ? before : Math.max(ms, before ?? 0));
  }
  const table = card.querySelector(".as-table");
  const rows = [...worst].reverse().map(([minute, ms]) => {
    const row = document.createElement("tr");
    const [time, figure] = [document.createElement("td"), document.createElement("td")];
    time.textContent = clock.format(minute);
    figure.textContent = ms === null ? root.dataset.none : root.dataset.seconds.replace("%", tenths.format(ms / 1000));
    figure.className = "number";
    row.append(time, figure);
    return row;
  });
  table.querySelector("tbody").replaceChildren(...rows);
}

const cards = () => [...root.querySelectorAll("[data-store]")];

function show(found) {
  const headline = root.querySelector(".headline");
  write(headline.querySelector("[data-part=headline]"), found.text);
  set(headline, found.level);
  if (level && level !== found.level) write(root.querySelector("[data-said]"), found.text);
  level = found.level;
  for (const one of found.stores) {
    const card = cards().find((card) => card.dataset.store === one.name);
    if (!card) continue;
    set(card, one.level);
    for (const part of ["state", "far", "waiting", "newest"]) write(card.querySelector(`[data-part=${part}]`), one[part]);
  }
}

function paint(now) {
  if (now - drawn >= (calm.matches ? SLOW : EVERY) - 50) {
    drawn = now;
    for (const card of cards()) draw(card, now);
  }
  const minute = Math.floor(now / 60_000);
  if (minute !== told) {
    told = minute;
    for (const card of cards()) tabulate(card);
  }
}

// Something other than a figure changed: a store, a promise, an alarm.
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-copies]");
  if (!fresh || root.contains(document.activeElement)) return;
  const open = [...root.querySelectorAll("[data-store]:has(.as-table[open])")].map((card) => card.dataset.store);
  root.replaceWith(fresh);
  root = fresh;
  for (const card of cards()) card.querySelector(".as-table").open = open.includes(card.dataset.store);
  drawn = told = 0;
}

async function look() {
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(root.dataset.live, { headers: { Accept: "application/json" }, signal });
  if (answer.status === 401 || answer.status === 403) return location.reload();
  if (!answer.ok) throw new Error(answer.status);
  const found = await answer.json();
  const now = Date.now();
  if (found.mark !== root.dataset.mark) await renew();
  for (const one of found.stores) remember(one.name, now, one.ms);
  show(found);
}

async function tick() {
  if (!document.hidden) {
    try {
      await look();
      failures = 0;
    } catch {
      failures += 1;
      for (const card of cards()) remember(card.dataset.store, Date.now(), null);
    }
    root.querySelector("[data-away]").hidden = failures < 3;
    paint(Date.now());
  }
  setTimeout(tick, failures > 10 ? 5 * EVERY : EVERY);
}

// The minute that runs is counted when somebody looks.
document.addEventListener("toggle", ({ target }) => target.matches?.(".as-table[open]") && tabulate(target.closest("[data-store]")), true);

if (root) tick();
