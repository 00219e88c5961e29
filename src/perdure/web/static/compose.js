// The composer, better: it counts, grows, keeps drafts, and takes files while somebody writes.
const LINK = 23;
const WARN = 20;
const SHOWN = 100;

function length(text) {
  return [...text.replace(/https?:\/\/\S+/g, "x".repeat(LINK))].length;
}

function counting(form) {
  const text = form.elements.status;
  const warning = form.elements.spoiler_text;
  const counter = form.querySelector(".counter");
  const most = Number(form.dataset.most);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const update = () => {
    const left = most - length(text.value) - length(warning.value);
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = left > SHOWN ? "" : words.replace("{n}", number.format(Math.abs(left)));
    counter.classList.toggle("warn", left <= WARN && left >= 0);
    counter.classList.toggle("over", left < 0);
    if (!CSS.supports("field-sizing", "content")) {
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight + 2}px`;
    }
  };
  form.addEventListener("input", update);
  update();
}

function drafts(form) {
  const text = form.elements.status;
  const name = `draft:${form.dataset.draft}`;
  const sent = sessionStorage.getItem("sent");
  if (sent && !document.querySelector(".problem")) {
    localStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
  }
  const kept = localStorage.getItem(name);
  if (kept && !form.closest(".column").querySelector(".problem") && !form.elements.edits) {
    const { status, spoiler } = JSON.parse(kept);
    if (text.value === text.defaultValue && status.startsWith(text.defaultValue)) {
      text.value = status;
      form.elements.spoiler_text.value ||= spoiler;
      if (spoiler) form.elements.spoiler_text.closest("details").open = true;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  form.addEventListener("input", () => {
    const status = text.value;
    if (status.trim() && status !== text.defaultValue) {
      localStorage.setItem(name, JSON.stringify({ status, spoiler: form.elements.spoiler_text.value }));
    } else {
      localStorage.removeItem(name);
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "post") sessionStorage.setItem("sent", name);
  });
}

function files(form) {
  const list = form.querySelector("[data-files]");
  const picker = form.elements.files;
  const tool = picker.closest("details");
  const send = form.querySelector('.send [name="do"]');
  const note = document.createElement("li");
  note.setAttribute("role", "status");

  async function take(file) {
    const body = new FormData();
    body.append("files", file);
    const answer = await fetch("/write/files", { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(page.querySelector(".fault")?.textContent ?? picker.dataset.failed);
    const item = page.querySelector(".attached");
    note.before(item);
    item.querySelector("textarea").focus();
  }

  async function takeAll(chosen) {
    list.append(note);
    send.disabled = true;
    note.className = "busy";
    note.textContent = picker.dataset.busy;
    try {
      for (const file of chosen) await take(file);
      note.remove();
    } catch (error) {
      note.className = "fault";
      note.textContent = error instanceof TypeError ? picker.dataset.failed : error.message;
    }
    send.disabled = false;
    picker.value = "";
  }

  tool.querySelector("summary").addEventListener("click", (event) => {
    event.preventDefault();
    picker.click();
  });
  picker.addEventListener("change", () => picker.files.length && takeAll([...picker.files]));
  form.elements.status.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files].filter((file) => /^(image|video|audio)\//.test(file.type));
    if (!pasted.length) return;
    event.preventDefault();
    takeAll(pasted);
  });
  list.addEventListener("click", (event) => {
    const drop = event.target.closest(".drop");
    if (!drop) return;
    event.preventDefault();
    drop.closest("li").remove();
    form.elements.status.focus();
  });
}

for (const form of document.querySelectorAll("form.composer")) {
  counting(form);
  drafts(form);
  files(form);
  form.elements.offset.value = String(new Date().getTimezoneOffset());
  form.querySelector("#at-hint")?.remove();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit(form.querySelector('.send [name="do"]'));
    }
  });
}
