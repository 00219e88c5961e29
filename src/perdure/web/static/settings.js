// Settings with scripts: pictures shown before they are sent, passkeys made, addresses copied, codes printed.
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const bytes = (given) => Uint8Array.from(atob(given.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

for (const shown of document.querySelectorAll("img[data-shows]")) {
  const input = document.getElementById(shown.dataset.shows);
  const before = shown.src;
  input.addEventListener("change", () => {
    shown.src = input.files.length ? URL.createObjectURL(input.files[0]) : before;
  });
}

const add = document.querySelector("#passkey-add");
if (add && window.PublicKeyCredential && window.isSecureContext) {
  const fault = add.querySelector("[role=alert]");
  add.hidden = false;
  document.querySelector("#no-passkey").hidden = true;
  add.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      const asked = await fetch("/settings/security/passkeys/options", {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ current_password: add.elements.current_password.value }),
      });
      if (!asked.ok) throw new Error("refused");
      const options = await asked.json();
      options.challenge = bytes(options.challenge);
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = (options.excludeCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
      const key = await navigator.credentials.create({ publicKey: options });
      const response = {
        attestationObject: text(key.response.attestationObject),
        clientDataJSON: text(key.response.clientDataJSON),
      };
      add.elements.credential.value = JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response });
      add.submit();
    } catch {
      fault.textContent = add.dataset.failed;
      fault.hidden = false;
    }
  });
}

if (navigator.clipboard) {
  for (const field of document.querySelectorAll("input[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = field.dataset.copy;
    const row = document.createElement("div");
    row.className = "copying";
    field.replaceWith(row);
    row.append(field, button);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = field.dataset.copied;
    });
  }
}

const print = document.querySelector("#print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
