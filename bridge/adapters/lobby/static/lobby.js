// The page's one script: sends what is typed and pressed, listens to the stream, completes words. All HTML comes from
// the server, escaped there; here nothing people typed is ever put together into markup.
"use strict";

const page = document.body.dataset;
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const main = { scroll: $("#messages"), list: $("#messages .list") };
const panel = { box: $("#thread"), scroll: $("#thread .scroll"), list: $("#thread .list"), parent: "" };
const key = () => [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");
const query = (values) => new URLSearchParams({ channel: page.channel, ...values });

function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

async function ask(path, options) {
  const response = await fetch(`/lobby/${path}`, { headers: { accept: "application/json" }, ...options });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || page.failed);
  return answer;
}

const post = (path, body) =>
  ask(path, { method: "POST", body: JSON.stringify({ channel: page.channel, key: key(), ...body }),
    headers: { accept: "application/json", "content-type": "application/json" } });

const sentence = (error) => (error instanceof TypeError || error instanceof SyntaxError ? page.failed : error.message);

// Times: relative for today, in the reader's zone; the exact one on hover.
const lang = document.documentElement.lang;
const say = (options) => new Intl.DateTimeFormat(lang, options);
const forms = { time: say({ timeStyle: "short" }), date: say({ dateStyle: "medium" }),
  both: say({ dateStyle: "medium", timeStyle: "short" }), exact: say({ dateStyle: "full", timeStyle: "long" }),
  day: say({ weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }) };
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

function tellTimes(root = document) {
  for (const time of $$("time", root)) {
    const at = new Date(time.dateTime), minutes = Math.round((Date.now() - at) / 60000);
    time.title = forms.exact.format(at);
    if (time.dataset.form !== "ago") time.textContent = forms[time.dataset.form].format(at);
    else if (minutes < 1) time.textContent = page.now;
    else if (minutes < 60) time.textContent = ago.format(-minutes, "minute");
    else if (at.toDateString() === new Date().toDateString()) time.textContent = forms.time.format(at);
    else time.textContent = forms.day.format(at);
  }
}
setInterval(tellTimes, 30000);

// Messages: kept in the order of their ids; private answers stand where they were given.
const atEnd = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
const toEnd = (scroll) => { scroll.scrollTop = scroll.scrollHeight; };
// A picture needs its room only when it is there: whoever was at the end stays there.
document.addEventListener("load", ({ target }) => {
  const scroll = target.matches?.("img") && target.closest(".scroll");
  if (scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120 + target.height) toEnd(scroll);
}, true);
const find = (id, list = main.list) => $(`[data-id="${CSS.escape(id)}"]`, list);

function dress(node) {
  if (node.dataset.account && node.dataset.account === page.account) node.classList.add("mine");
  tellTimes(node);
  return node;
}

function place(message, part) {
  const node = dress(element(message.html)), there = find(message.id, part.list), stay = !atEnd(part.scroll);
  if (there) {
    const focused = there.contains(document.activeElement);
    there.replaceWith(node);
    if (!stay) toEnd(part.scroll);
    if (focused) node.focus();
    return;
  }
  node.classList.add("fresh");
  const next = $$("[data-id]", part.list).find((other) => other.dataset.id > message.id);
  next ? next.before(node) : part.list.append(node);
  if (part === main) { $(".empty").hidden = true; trim(); }
  if (!stay) toEnd(part.scroll);
}

// A page that stays open for weeks must not grow without end.
function trim() {
  const all = $$("[data-id]", main.list);
  if (all.length > 400 && atEnd(main.scroll)) {
    all.slice(0, all.length - 300).forEach((old) => old.remove());
    $(".earlier").hidden = false;
  }
}

function arrived(message) {
  if (!message.thread) place(message, main);
  if (panel.parent && (message.thread === panel.parent || message.id === panel.parent)) place(message, panel);
}

function changed(message) {
  if (find(message.id)) place(message, main);
  if (panel.parent && find(message.id, panel.list)) place(message, panel);
}

function gone(id) {
  for (const list of [main.list, panel.list]) find(id, list)?.remove();
  if (id === panel.parent) closeThread();
  if (!main.list.children.length) $(".empty").hidden = false;
}

function showPrivate(html, near, replaces) {
  const node = dress(element(html)), part = near?.closest("#thread") ? panel : main;
  node.classList.add("fresh");
  const beside = near?.closest(".message");
  if (beside && replaces) { beside.replaceWith(node); node.focus(); }
  else if (beside && beside.classList.contains("private")) beside.after(node);
  else { part.list.append(node); toEnd(part.scroll); }
  $(".empty").hidden = part === main || $(".empty").hidden;
  node.scrollIntoView({ block: "nearest" });
  return node;
}

async function readAgain() {
  const { messages, more } = await ask(`earlier?${query({ before: "" })}`);
  const kept = new Set(messages.map((message) => message.id));
  $$("[data-id]", main.list).forEach((node) => kept.has(node.dataset.id) || node.remove());
  messages.forEach((message) => place(message, main));
  $(".earlier").hidden = !more;
  if (panel.parent) openThread(panel.parent);
}

// A stream that had to be opened anew does not know what went away meanwhile: then the place is read again.
function listen(anew) {
  const stream = new EventSource(`/lobby/events?${query({ after: page.since })}`);
  const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
  stream.onopen = () => { $(".offline").hidden = true; if (anew) readAgain(); anew = false; };
  on("added", arrived);
  on("changed", changed);
  on("removed", ({ id }) => gone(id));
  on("reset", readAgain);
  on("elsewhere", ({ channel }) => { const dot = $(`[data-place="${CSS.escape(channel)}"] .dot`); if (dot) dot.hidden = false; });
  stream.onerror = () => {
    $(".offline").hidden = false;
    $(".offline").textContent = page.offline;
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(true), 2000);
  };
}

// Pressing: a button says a line; a form comes back in a dialog until it is right.
function confirmed(question) {
  const dialog = $("#confirm");
  $("#confirm-text").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

function answer(reply, near) {
  if (reply.form) return openForm(reply.form, near);
  if (reply.html) showPrivate(reply.html, near, reply.replaces);
  if (reply.typed) fill(reply.typed);
}

async function press(button) {
  if (button.ariaBusy || (button.dataset.confirm && !(await confirmed(button.dataset.confirm)))) return;
  button.ariaBusy = "true"; // not disabled: that would lose the place of whoever goes by keyboard
  try {
    const reply = await post("press", { line: button.dataset.line });
    if ("reload" in button.dataset && reply.ok) return location.reload();
    if (button.dataset.line === "samples on") $(".samples").hidden = !reply.ok;
    answer(reply, button);
  } catch (error) {
    warn($("[data-composer]"), sentence(error));
  } finally {
    button.ariaBusy = null;
  }
}

function openForm(html, near) {
  const dialog = $("#form"), form = element(html);
  dialog.replaceChildren(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = $("[type=submit]", form);
    send.disabled = true;
    try {
      const reply = await post("press", { line: form.dataset.line, fields: Object.fromEntries(new FormData(form)) });
      if (!reply.form) dialog.close();
      answer(reply, near);
    } catch (error) {
      const told = $(".form-error", form) || form.insertBefore(document.createElement("p"), form.lastElementChild);
      told.className = "form-error error";
      told.textContent = sentence(error);
    }
    send.disabled = false;
  });
  if (!dialog.open) dialog.showModal();
  $("[aria-invalid=true], input, textarea, select", form)?.focus();
}

// Threads.
async function openThread(id) {
  const messages = await ask(`thread?${query({ message: id })}`);
  panel.parent = id;
  panel.list.replaceChildren(...messages.map((message) => dress(element(message.html))));
  panel.box.hidden = false;
  document.body.classList.add("with-panel");
  toEnd(panel.scroll);
}

function closeThread() {
  const parent = find(panel.parent);
  panel.parent = "";
  panel.box.hidden = true;
  document.body.classList.remove("with-panel");
  parent?.focus();
}

document.addEventListener("click", async (event) => {
  const at = (selector) => event.target.closest(selector);
  $$("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  const message = at("[data-id]");
  try {
    if (at("[data-line]")?.matches("button")) { const menu = at("details.menu"); if (menu) menu.open = false; await press(at("[data-line]")); }
    else if (at("[data-react]")) { const reply = await post("react", { message: message.dataset.id, emoji: at("[data-react]").dataset.react }); if (reply.html) answer(reply); }
    else if (at("[data-open-thread]")) { await openThread(message.dataset.id); $("textarea", panel.box).focus(); }
    else if (at("[data-close-thread]")) closeThread();
    else if (at("[data-remove]")) { if (await confirmed(page.removeSure)) await post("remove", { message: message.dataset.id }); }
    else if (at("[data-dismiss]")) { at(".private").remove(); $("[data-composer] textarea").focus(); if (!main.list.children.length) $(".empty").hidden = false; }
    else if (at("[data-fill]")) fill(at("[data-fill]").dataset.fill);
    else if (at("[data-cancel]")) $("#form").close();
    else if (at("[data-older]")) {
      const first = $("[data-id]", main.list), height = main.scroll.scrollHeight;
      const { messages, more } = await ask(`earlier?${query({ before: first?.dataset.id || "" })}`);
      main.list.prepend(...messages.map((one) => dress(element(one.html))));
      main.scroll.scrollTop += main.scroll.scrollHeight - height;
      $(".earlier").hidden = !more;
    } else if (at(".burger")) showSide(!$("#side").classList.contains("open"));
    else if (!at("#side")) showSide(false);
  } catch (error) {
    warn($("[data-composer]"), sentence(error));
  }
});

function showSide(open) {
  $("#side").classList.toggle("open", open);
  $(".burger").setAttribute("aria-expanded", open);
  if (open) $("#side a").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || $("dialog[open]")) return;
  const menu = $("details.menu[open]");
  if (menu) { menu.open = false; $("summary", menu).focus(); }
  else if ($("#side").classList.contains("open")) { showSide(false); $(".burger").focus(); }
  else if (panel.parent && panel.box.contains(event.target)) closeThread();
});

// Composers.
function fill(text) {
  const box = $("[data-composer] textarea");
  box.value = text;
  box.focus();
  box.setSelectionRange(text.length, text.length);
  box.dispatchEvent(new Event("input"));
}

function warn(composer, text) {
  const told = $(".warning", composer);
  told.textContent = text;
  told.hidden = !text;
}

function compose(form) {
  const box = $("textarea", form), list = $(".suggestions", form), attached = $(".attached", form), picker = $("[type=file]", form);
  let files = [], chosen = -1, asked = 0, sending = false;

  const size = () => { box.style.height = "auto"; box.style.height = `${box.scrollHeight}px`; };
  const close = () => { list.hidden = true; chosen = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };

  function choose(index) {
    const options = $$("li", list);
    chosen = (index + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", number === chosen));
    options[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function accept(index) {
    const value = $$("li", list)[index].dataset.value, before = box.value.slice(0, box.selectionStart), after = box.value.slice(box.selectionStart);
    const head = before.replace(/\S*$/, ""), slash = !head.trim() && before.trimStart().startsWith("/") && !value.startsWith("/") ? "/" : "";
    box.value = `${head}${slash}${value} ${after.trimStart()}`;
    const end = head.length + slash.length + value.length + 1;
    box.setSelectionRange(end, end);
    close();
    box.dispatchEvent(new Event("input"));
  }

  async function suggest() {
    const before = box.value.slice(0, box.selectionStart), number = ++asked;
    if (!/^\s*\//.test(before) && !/(^|\s)[#@]\S*$/.test(before)) return close();
    const found = await ask(`complete?${query({ typed: before })}`).catch(() => []);
    if (number !== asked || document.activeElement !== box) return;
    list.replaceChildren(...found.map((one, index) => {
      const option = document.createElement("li"), value = document.createElement("span"), label = document.createElement("span");
      Object.assign(option, { id: `${list.id}-${index}`, role: "option" });
      option.setAttribute("role", "option");
      option.dataset.value = one.value;
      value.className = "value"; value.textContent = one.value;
      label.className = "quiet"; label.textContent = one.label === one.value ? "" : one.label;
      option.append(value, label);
      return option;
    }));
    if (!found.length) return close();
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    chosen = -1;
  }

  function showFiles() {
    attached.replaceChildren(...files.map((file, index) => {
      const item = document.createElement("li"), name = document.createElement("span"), alt = document.createElement("input"), off = document.createElement("button");
      name.className = "name"; name.textContent = file.name;
      Object.assign(alt, { type: "text", value: file.alt || "", placeholder: page.alt, maxLength: 1000 });
      alt.setAttribute("aria-label", `${page.alt} ${file.name}`);
      alt.addEventListener("input", () => { file.alt = alt.value; });
      Object.assign(off, { type: "button", textContent: "✕" });
      off.setAttribute("aria-label", page.takeOff.replace("%", file.name));
      off.addEventListener("click", () => { files.splice(index, 1); showFiles(); });
      item.append(name, alt, off);
      return item;
    }));
    attached.hidden = !files.length;
  }

  picker?.addEventListener("change", () => {
    warn(form, "");
    for (const file of picker.files) {
      if (files.length >= page.maxFiles) warn(form, page.tooMany);
      else if (file.size > page.maxMb * 1048576) warn(form, page.tooBig.replace("%", file.name));
      else files.push(file);
    }
    picker.value = "";
    showFiles();
    if (files.length && !box.value) fill("/status ");
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value;
    if (sending || (!text.trim() && !files.length)) return;
    const body = new FormData();
    for (const [name, value] of Object.entries({ channel: page.channel, text, key: key(), thread: "under" in form.dataset ? panel.parent : "" })) body.append(name, value);
    for (const file of files) { body.append("file", file, file.name); body.append("alt", file.alt || ""); }
    sending = true;
    form.classList.add("busy");
    warn(form, "");
    asked += 1; // what is still being looked up comes too late
    close();
    try {
      const reply = await ask("say", { method: "POST", body });
      if (box.value === text) box.value = "";
      if (reply.ok) { files = []; if (attached) showFiles(); }
      if (reply.message) arrived(reply.message);
      if (reply.message && !("under" in form.dataset)) toEnd(main.scroll);
      answer(reply, "under" in form.dataset ? panel.list : undefined);
    } catch (error) {
      warn(form, sentence(error));
    }
    sending = false;
    form.classList.remove("busy");
    size();
    if (!$("dialog[open]")) box.focus();
  });

  box.addEventListener("input", () => { size(); suggest(); });
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => { event.preventDefault(); const option = event.target.closest("li"); if (option) accept([...list.children].indexOf(option)); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (open && event.key === "ArrowDown") choose(chosen + 1);
    else if (open && event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (open && event.key === "Escape") { close(); event.stopPropagation(); }
    else if (open && event.key === "Tab") accept(Math.max(chosen, 0));
    // Enter sends what stands there, unless an option was walked to: a quick typist never gets a word they did not choose.
    else if (open && event.key === "Enter" && !event.shiftKey && chosen >= 0) accept(chosen);
    else if (event.key === "Enter" && !event.shiftKey) form.requestSubmit();
    else return;
    event.preventDefault();
  });
}

$$("[data-composer]").forEach(compose);
$$(".message").forEach(dress);
tellTimes();
toEnd(main.scroll);
if (location.hash) $(location.hash)?.scrollIntoView({ block: "center" });
else if (matchMedia("(hover: hover)").matches) $("#write").focus();
listen();
