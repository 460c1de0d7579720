"use strict";
// The page works without this file; with it, it updates by itself and nothing reloads.

const log = document.getElementById("log");
const notice = document.getElementById("notice");
const composer = document.getElementById("say");

if (!log) {
  // The pairing page: the code may come in the address, after the #, which is never sent along.
  const code = location.hash.slice(1);
  if (code) {
    history.replaceState(null, "", "/");
    const form = document.querySelector("form.pair");
    form.code.value = code;
    form.submit();
  }
} else {
  listen();
  document.addEventListener("submit", send);
  document.addEventListener("toggle", toggled, true);
  composer.words.addEventListener("keydown", sendOnEnter);
  composer.words.addEventListener("input", grow);
  composer.file.addEventListener("change", () => composer.requestSubmit());
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, drop);
  toBottom();
}

function listen() {
  const source = new EventSource("/events");
  let broken = false;
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => { broken = true; };
  source.onopen = () => { if (broken) location.reload(); };
}

// What came for a card while its form was open waits until that is closed: nothing typed is lost.
const held = new Map(); // by the id of the card on the page
const became = new Map(); // ids of cards that are held, to the one on the page

function show(card) {
  const id = became.get(card.key) ?? card.key;
  if (document.getElementById(id)?.querySelector("details.form[open]")) {
    held.set(id, { ...card, key: id });
    became.set(anchorOf(card.html), id);
  } else {
    draw({ ...card, key: id });
  }
}

function anchorOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild.id;
}

function toggled(event) {
  const form = event.target;
  if (!form.matches?.("details.form")) return;
  if (form.open) {
    const data = new FormData();
    data.set("token", form.querySelector("input[name=token]").value);
    fetch("/opened", { method: "POST", body: data }).catch(() => {});
    return;
  }
  const id = form.closest("article")?.id;
  if (!held.has(id)) return;
  const card = held.get(id);
  held.delete(id);
  for (const [one, other] of became) if (other === id) became.delete(one);
  draw(card);
}

function draw({ html, key, new: isNew }) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const article = holder.content.firstElementChild;
  const old = document.getElementById(key);
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 160 || atBottom();
  if (old && !isNew) old.replaceWith(article);
  else { if (old) old.remove(); log.append(article); }
  article.classList.add("fresh");
  if (near || isNew) toBottom();
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const data = new FormData(form, event.submitter || undefined);
  if (form === composer && !data.get("words").trim() && !composer.file.files.length) return;
  if (form !== composer || !data.get("id")) data.set("id", crypto.randomUUID());
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await post(form.action, data);
    if (answer.bubble) { log.insertAdjacentHTML("beforeend", answer.bubble); toBottom(); }
    if (form === composer && answer.ok) { composer.reset(); composer.id.value = crypto.randomUUID(); grow(); }
    say(answer.text);
    if (answer.card) setTimeout(() => point(answer.card), 250);
    if (!answer.text.startsWith("Not changed")) form.closest("details.form")?.removeAttribute("open");
  } catch {
    say("Firstmate does not answer. What you wrote is still here; try again in a moment.");
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

async function post(url, data) {
  const answer = await fetch(url, { method: "POST", body: data, headers: { accept: "application/json" } });
  return { ok: answer.ok, ...(await answer.json()) };
}

function point(id) {
  const card = document.getElementById(id);
  if (!card) return;
  card.scrollIntoView({ block: "center", behavior: "smooth" });
  card.classList.add("pointed");
  setTimeout(() => card.classList.remove("pointed"), 2000);
}

function drop(event) {
  event.preventDefault();
  document.body.classList.toggle("dropping", event.type === "dragover");
  if (event.type !== "drop" || !event.dataTransfer.files.length) return;
  composer.file.files = event.dataTransfer.files;
  composer.requestSubmit();
}

function sendOnEnter(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
}

function grow() {
  composer.words.rows = Math.min(8, composer.words.value.split("\n").length);
}

let hiding;
function say(text) {
  if (!text) return;
  notice.textContent = text;
  notice.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { notice.hidden = true; }, 8000);
}

function atBottom() {
  return window.innerHeight + window.scrollY >= document.body.scrollHeight - 160;
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
  window.scrollTo(0, document.body.scrollHeight);
}
