// The page: drawing, options, progress and the piece.

import { base64, call, follow, language } from "./api.js";
import { parseMidi } from "./midi.js";
import { Pad } from "./pad.js";
import { Roll } from "./roll.js";

const $ = (id) => document.getElementById(id);
const choices = await call("GET", `/choices?lang=${encodeURIComponent(language)}`);
const texts = choices.texts;
const audio = $("audio");
const pad = new Pad($("pad"));
const roll = new Roll($("scroll"), $("roll"), $("spacer"), (time) => { audio.currentTime = time; roll.at(time); });
let stop = null, current = null;

// Texts and choices.

document.documentElement.lang = choices.language;
for (const one of document.querySelectorAll("[data-t]")) one.textContent = texts[one.dataset.t];
for (const one of document.querySelectorAll("[data-p]")) one.placeholder = texts[one.dataset.p];
for (const one of document.querySelectorAll("[data-l]")) {
  one.setAttribute("aria-label", texts[one.dataset.l]);
  if (one.tagName === "BUTTON" || one.tagName === "INPUT") one.title = texts[one.dataset.l];
}
for (const name of choices.instruments) $("instrument").add(new Option(name, name));
for (const style of choices.styles) $("style").add(new Option(style.label, style.value));
for (const key of choices.keys) $("key").add(new Option(key, key));
$("language").onclick = () => {
  localStorage.setItem("language", choices.language === "zh" ? "en" : "zh");
  location.reload();
};

// Where results also go: Telegram tells its Mini Apps in the address' fragment, Discord's links in the query.
const fragment = new URLSearchParams(location.hash.slice(1));
const to = fragment.get("tgWebAppData") || new URLSearchParams(location.search).get("to") || sessionStorage.getItem("to") || "";
if (to) { sessionStorage.setItem("to", to); $("posted").hidden = false; }

// Drawing.

const press = (button, on) => button.setAttribute("aria-pressed", String(on));
const tool = (erase) => { pad.erase = erase; press($("pen"), !erase); press($("eraser"), erase); };
$("pen").onclick = () => tool(false);
$("eraser").onclick = () => tool(true);
$("thickness").oninput = (event) => { pad.width = Number(event.target.value); };
$("undo").onclick = () => pad.undo();
$("redo").onclick = () => pad.redo();
$("clear").onclick = () => pad.clear();
$("grid").onclick = () => { pad.grid = !pad.grid; press($("grid"), pad.grid); pad.show(); };
$("upload").onclick = () => $("file").click();
$("camera").onclick = () => $("photo").click();
for (const id of ["file", "photo"]) $(id).onchange = (event) => { place(event.target.files); event.target.value = ""; };
addEventListener("paste", (event) => place(event.clipboardData.files));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => { event.preventDefault(); place(event.dataTransfer.files); });
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, select")) return;
  if (event.key === "z") { event.preventDefault(); event.shiftKey ? pad.redo() : pad.undo(); }
  if (event.key === "y") { event.preventDefault(); pad.redo(); }
});

async function place(files) {
  for (const file of files) {
    if (pad.pages.length >= 10 && !pad.page.empty) break;
    try { await pad.place(file); } catch { say(texts["broken-picture"]); }
  }
}

function showPages() {
  const buttons = pad.pages.map((_, index) => {
    const button = document.createElement("button"), small = document.createElement("canvas");
    pad.thumbnail(index, small);
    button.append(small);
    button.setAttribute("aria-label", `${texts.page} ${index + 1}`);
    press(button, index === pad.at);
    button.onclick = () => pad.turn(index);
    return button;
  });
  const act = (icon, label, does) => {
    const button = document.createElement("button");
    button.className = "act"; button.title = label;
    button.setAttribute("aria-label", label);
    button.innerHTML = `<svg><use href="#i-${icon}"/></svg>`;
    button.onclick = does;
    return button;
  };
  if (pad.pages.length < 10) buttons.push(act("plus", texts["add-page"], () => pad.add()));
  if (pad.pages.length > 1) buttons.push(act("minus", texts["remove-page"], () => pad.remove()));
  $("pages").replaceChildren(...buttons);
  $("undo").disabled = !pad.page.strokes.length;
  $("redo").disabled = !pad.page.undone.length;
}
pad.addEventListener("change", showPages);
showPages();

// Options and ordering.

const form = $("options");
$("strength").oninput = (event) => { form.querySelector("output").textContent = event.target.value; };
$("bars").onchange = (event) => { pad.bars = Number(event.target.value) || null; if (pad.grid) pad.show(); };

function chosen() {
  const number = (id) => ($(id).value === "" ? null : Number($(id).value));
  return {
    strength: number("strength"), bars: number("bars"), tempo: number("tempo"), seed: number("seed"), key: $("key").value,
    instrument: $("instrument").value, style: $("style").value, accompaniment: $("accompaniment").checked,
  };
}

form.onsubmit = async (event) => {
  event.preventDefault();
  const pictures = await pad.pictures();
  if (!pictures.length) { say(texts.nothing); return; }
  const body = { pictures: await Promise.all(pictures.map(base64)), options: chosen(), to };
  await ask("/draws", body);
};

// The same key again, should the connection break: nothing is drawn twice.
async function ask(path, body) {
  const key = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now();
  busy(texts.working);
  for (let left = 4; ; left--) {
    try { begin(await call("POST", path, body, key)); return; } catch (error) {
      if (!(error instanceof TypeError) || !left) { idle(); say(error instanceof TypeError ? texts.lost : error.message); return; }
      say(texts.lost);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

function begin(view) {
  history.pushState(null, "", `/m/${view.id}`);
  watch(view);
}

function watch(view) {
  stop?.();
  current = view.id;
  busy(view.text);
  told(view);
  if (!["done", "failed", "cancelled"].includes(view.state)) stop = follow(view.id, told, () => say(texts.lost));
}

function told(view) {
  if (view.id !== current) return;
  say(view.text);
  if (view.state === "progress") { $("progress").value = (0.9 * view.bar) / view.bars; }
  else if (view.state === "rendering") $("progress").value = 0.92;
  else if (view.state === "done") { idle(); $("working").hidden = true; show(view.id, view.result); }
  else if (view.state === "failed" || view.state === "cancelled") idle();
  else $("progress").removeAttribute("value");
}

$("cancel").onclick = async () => { try { told(await call("DELETE", `/draws/${current}`)); } catch (error) { say(error.message); } };

function say(text) { $("working").hidden = false; $("status").textContent = text; }
function busy(text) { say(text); $("progress").hidden = $("cancel").hidden = false; $("progress").removeAttribute("value"); $("draw").disabled = true; }
function idle() { $("progress").hidden = $("cancel").hidden = true; $("draw").disabled = false; }

// The piece.

async function show(id, result) {
  const at = (name) => `/draws/${id}/files/${name}?lang=${encodeURIComponent(language)}`;
  audio.src = at("mp3");
  for (const name of ["mp3", "mid", "png"]) { $(name).href = at(name); $(name).download = `mididraw.${name}`; $(name).setAttribute("aria-label", `${texts.download} ${$(name).textContent}`); }
  $("summary").textContent = result.summary;
  $("piece").hidden = false;
  $("versions").replaceChildren(...result.buttons.filter((one) => ["again", "closer", "musical", "accompaniment"].includes(one.action)).map((one) => {
    const button = document.createElement("button");
    button.textContent = one.label;
    button.onclick = () => { audio.pause(); ask(`/draws/${id}/versions`, { action: one.action }); };
    return button;
  }));
  const midi = parseMidi(await (await fetch(at("mid"))).arrayBuffer());
  const [low, high] = result.options.pitch_range.split("-").map(pitch), bar = 240 / result.options.tempo;
  const seconds = Math.max(0, ...midi.notes.map((note) => note.end));
  roll.load({ notes: midi.notes, low, high, seconds, drawn: result.bars * bar, bar, sketch: result.sketch, main: midi.notes[0] && mainTrack(midi.notes) });
  $("piece").scrollIntoView({ behavior: "smooth", block: "nearest" });
}

// The drawing is on the first track that has notes.
const mainTrack = (notes) => Math.min(...notes.map((note) => note.track));

function pitch(name) {
  const [, letter, accidental, octave] = /^([A-G])([#b]?)(-?\d+)$/.exec(name);
  return { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }[letter] + { "#": 1, b: -1, "": 0 }[accidental] + 12 * (Number(octave) + 1);
}

const clock = (time) => `${Math.floor(time / 60)}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
const playing = () => {
  const on = !audio.paused;
  $("play").querySelector("use").setAttribute("href", on ? "#i-pause" : "#i-play");
  $("play").setAttribute("aria-label", texts[on ? "pause" : "play"]);
  if (on) requestAnimationFrame(tick);
};
function tick() {
  head(true);
  if (!audio.paused) requestAnimationFrame(tick);
}
function head(follows) {
  roll.at(audio.currentTime, follows);
  if (audio.duration) $("seek").max = audio.duration;
  $("seek").value = audio.currentTime;
  $("clock").textContent = `${clock(audio.currentTime)} / ${clock(audio.duration || 0)}`;
}
$("play").onclick = () => (audio.paused ? audio.play() : audio.pause());
for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, playing);
for (const name of ["timeupdate", "loadedmetadata", "seeked"]) audio.addEventListener(name, () => head(false));
$("seek").oninput = (event) => { audio.currentTime = Number(event.target.value); };
$("loop").onclick = () => { audio.loop = !audio.loop; press($("loop"), audio.loop); };
$("in").onclick = () => roll.zoomed(1.6);
$("out").onclick = () => roll.zoomed(1 / 1.6);
$("share").onclick = async () => {
  const link = location.href.split("#")[0];
  if (navigator.share && matchMedia("(pointer: coarse)").matches) { await navigator.share({ url: link }).catch(() => {}); return; }
  await navigator.clipboard?.writeText(link).then(() => say(texts.copied), () => say(link));
};
$("new").onclick = () => { audio.pause(); $("piece").hidden = $("working").hidden = true; history.pushState(null, "", "/"); $("pad").scrollIntoView({ behavior: "smooth", block: "center" }); };

// A link to a piece, and the browser's own way back and forth.

async function arrive() {
  const id = /^\/m\/([0-9a-f]{32})$/.exec(location.pathname)?.[1];
  if (!id) { $("piece").hidden = true; return; }
  try { watch(await call("GET", `/draws/${id}`)); } catch (error) { idle(); say(error.message); }
}
addEventListener("popstate", arrive);
await arrive();
document.documentElement.dataset.ready = "true";
