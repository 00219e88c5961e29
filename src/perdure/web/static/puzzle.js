// Solves a form's puzzle: which number, after the salt, has the SHA-256 sum that the form names? Numbers are tried
// upwards in small portions, so that the page stays usable. No other site is asked. Forms work without this too.
const K = new Uint32Array(64);
const START = new Uint32Array(8);
let found = 0;
for (let n = 2; found < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
  if (!prime) continue;
  const fraction = (x) => (x - Math.floor(x)) * 2 ** 32;
  if (found < 8) START[found] = fraction(Math.sqrt(n));
  K[found] = fraction(Math.cbrt(n));
  found += 1;
}
const turn = (x, n) => (x >>> n) | (x << (32 - n));
const w = new Uint32Array(64);

function block(state) {
  for (let i = 16; i < 64; i += 1) {
    const a = w[i - 15];
    const b = w[i - 2];
    w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((part, i) => { state[i] += part; });
}

export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const state = Uint32Array.from(START);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(at + i * 4);
    block(state);
  }
  return state;
}

async function solve({ algorithm, challenge, maxNumber, salt, signature }) {
  const wanted = Uint32Array.from(challenge.match(/.{8}/g), (part) => parseInt(part, 16));
  for (let number = 0; number <= maxNumber; number += 1) {
    const sum = sha256(salt + number);
    if (sum[0] === wanted[0] && sum.every((part, i) => part === wanted[i])) {
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
    if (number % 4000 === 3999) await new Promise((next) => { setTimeout(next); });
  }
  throw new Error("no number fits");
}

for (const field of document.querySelectorAll("[data-puzzle]")) {
  const { form } = field;
  const solved = solve(JSON.parse(field.dataset.puzzle)).then((answer) => { field.value = answer; });
  form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    button.disabled = true;
    solved.finally(() => { button.disabled = false; form.submit(); });
  });
}
