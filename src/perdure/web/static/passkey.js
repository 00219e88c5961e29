// Signing in with a passkey: a button that is there only where the browser can do it.
const place = document.querySelector("#passkey");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function signIn() {
  const options = await (await fetch("/auth/passkey/options", { method: "POST" })).json();
  options.challenge = bytes(options.challenge);
  options.allowCredentials = (options.allowCredentials ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
  const key = await navigator.credentials.get({ publicKey: options });
  const response = {
    authenticatorData: text(key.response.authenticatorData),
    clientDataJSON: text(key.response.clientDataJSON),
    signature: text(key.response.signature),
    userHandle: key.response.userHandle ? text(key.response.userHandle) : null,
  };
  const answer = await fetch("/auth/passkey", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response }),
  });
  if (!answer.ok) throw new Error("refused");
  location.assign(place.dataset.return);
}

if (window.PublicKeyCredential && window.isSecureContext) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = place.dataset.label;
  const said = document.createElement("p");
  said.className = "fault";
  said.setAttribute("role", "alert");
  place.append(button, said);
  button.addEventListener("click", () => {
    said.textContent = "";
    signIn().catch(() => {
      said.textContent = place.dataset.failed;
    });
  });
}
