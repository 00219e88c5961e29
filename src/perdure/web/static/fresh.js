// Says how many new posts there are, as soon as live.js hears of one; reading is never interrupted by them.
const place = document.querySelector(".fresh[data-after]");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(`/home/new?after=${place.dataset.after}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { count, text } = await answer.json();
  if (!count) return;
  const link = place.querySelector("a") ?? place.appendChild(document.createElement("a"));
  link.href = "/";
  link.textContent = text;
}

if (place?.dataset.after) document.addEventListener("live:post", () => look().catch(() => {}));
