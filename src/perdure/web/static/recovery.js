// A member's recovery key, made and used in the browser: the private half is never sent.
const PREFIX = "302e020100300506032b657004220420"; // PKCS #8 before the 32 bytes of an Ed25519 key (RFC 8410)
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");
const subtle = globalThis.crypto?.subtle;

async function made() {
  try {
    return await subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  } catch {
    return null; // no WebCrypto outside https, or no Ed25519 in it
  }
}

const signed = async (key, text) => hex(await subtle.sign({ name: "Ed25519" }, key, new TextEncoder().encode(text)));

const form = document.querySelector("#key-new");
const cannot = document.querySelector("#key-cannot");
const able = Boolean(await made());
if (able) {
  cannot.hidden = true;
  form.hidden = false;
  form.querySelector("[data-make]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const pair = await made();
    const seed = hex(await subtle.exportKey("pkcs8", pair.privateKey)).slice(PREFIX.length, PREFIX.length + 64);
    const open = hex(await subtle.exportKey("raw", pair.publicKey));
    form.elements.key.value = open;
    form.elements.proof.value = await signed(pair.privateKey, form.dataset.says + open);
    const save = form.querySelector("[data-save]");
    save.href = URL.createObjectURL(new Blob([`${seed}\n`], { type: "text/plain" }));
    save.download = form.dataset.file;
    form.querySelector("[data-private]").textContent = seed;
    form.querySelector("[data-made]").hidden = false;
    button.hidden = true;
    save.focus();
  });
} else {
  cannot.querySelector("span").textContent = cannot.dataset.cannot;
}

const sign = document.querySelector("#key-sign");
if (able && sign) {
  const place = sign.querySelector("[data-signs]");
  const fault = place.querySelector("[role=alert]");
  place.hidden = false;
  place.querySelector("input").addEventListener("change", async (event) => {
    fault.hidden = true;
    try {
      const seed = (await event.target.files[0].text()).trim();
      if (!/^[0-9a-f]{64}$/i.test(seed)) throw new Error("no key");
      const key = await subtle.importKey("pkcs8", bytes(PREFIX + seed), { name: "Ed25519" }, false, ["sign"]);
      sign.elements.signature.value = await signed(key, sign.dataset.text);
    } catch {
      fault.textContent = sign.dataset.wrong;
      fault.hidden = false;
    }
  });
}
