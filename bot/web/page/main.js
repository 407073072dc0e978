// The page: drawing, options, progress and the piece.

import { base64, call, follow, language, LostError } from "./api.js";
import { example } from "./example.js";
import { keepOptions, recall } from "./keep.js";
import { parseMidi } from "./midi.js";
import { Pad, thumbnail } from "./pad.js";
import { Roll } from "./roll.js";
import * as telegram from "./telegram.js";
import { hush, say, tellNews } from "./toast.js";

const $ = (id) => document.getElementById(id);
const [choices, kept] = await Promise.all([call("GET", `/choices?lang=${encodeURIComponent(language)}`), recall()]);
const texts = choices.texts;
const audio = $("audio");
const pad = new Pad($("pad"), kept.pages);
const roll = new Roll($("scroll"), $("roll"), $("spacer"), (time) => { audio.currentTime = time; roll.at(time); });
let stop = null, current = null, over = false, adrift = false, ordered = false;

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
for (const one of choices.arrangements) $("arrangement").add(new Option(one.label, one.value));
for (const key of choices.keys) $("key").add(new Option(key, key));
$("language").onclick = () => {
  const own = navigator.languages.find((one) => one.startsWith("zh")) ?? "zh";
  localStorage.setItem("language", choices.language.startsWith("zh") ? "en" : own);
  location.reload();
};

// Where results also go: Telegram tells its Mini Apps in the address' fragment, Discord's links in the query.
let to = telegram.data || new URLSearchParams(location.search).get("to") || sessionStorage.getItem("to") || "";
if (to) { sessionStorage.setItem("to", to); $("posted").hidden = false; }
function alone() { to = ""; sessionStorage.removeItem("to"); $("posted").hidden = true; }

// Drawing.

const press = (button, on) => button.setAttribute("aria-pressed", String(on));
const tool = (erase) => { pad.erase = erase; press($("pen"), !erase); press($("eraser"), erase); };
$("pen").onclick = () => tool(false);
$("eraser").onclick = () => tool(true);
$("thickness").oninput = (event) => { pad.width = Number(event.target.value); };
const undo = () => pad.did((pages) => pages.undo()), redo = () => pad.did((pages) => pages.redo());
$("undo").onclick = undo;
$("redo").onclick = redo;
$("clear").onclick = () => pad.did((pages) => pages.clear());
$("example").onclick = () => pad.did((pages) => { for (const stroke of example(pages.page.size)) pages.stroke(stroke); });
$("grid").onclick = () => { pad.grid = !pad.grid; press($("grid"), pad.grid); pad.paint(); };
$("upload").onclick = () => $("file").click();
$("camera").onclick = () => $("photo").click();
for (const id of ["file", "photo"]) $(id).onchange = (event) => { place(event.target.files); event.target.value = ""; };
addEventListener("paste", (event) => place(event.clipboardData.files));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => { event.preventDefault(); place(event.dataTransfer.files); });
addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea")) return;
  if (event.key === " " && !$("piece").hidden && !event.target.matches("button, a, summary, video")) { event.preventDefault(); $("play").click(); }
  if (event.key === "Delete" || event.key === "Backspace") $("clear").click();
  if (!(event.ctrlKey || event.metaKey)) return;
  if (event.key === "z") { event.preventDefault(); event.shiftKey ? redo() : undo(); }
  if (event.key === "y") { event.preventDefault(); redo(); }
});

const MOST = 10;

async function place(files) {
  for (const file of files) {
    if (pad.pages.list.length >= MOST && !pad.page.empty) break;
    try { await pad.picture(file); } catch { say(texts["broken-picture"]); }
  }
}

function showPages() {
  const { list, at, done, undone } = pad.pages;
  const buttons = list.map((page, index) => {
    const button = document.createElement("button"), small = document.createElement("canvas");
    thumbnail(page, small);
    button.append(small);
    button.setAttribute("aria-label", `${texts.page} ${index + 1}`);
    press(button, index === at);
    button.onclick = () => pad.turn(index);
    return button;
  });
  const act = (icon, label, does) => {
    const button = document.createElement("button");
    button.className = "act"; button.title = label;
    button.setAttribute("aria-label", label);
    button.innerHTML = `<svg><use href="#i-${icon}"/></svg>`;
    button.onclick = () => pad.did(does);
    return button;
  };
  if (list.length < MOST) buttons.push(act("plus", texts["add-page"], (pages) => pages.add()));
  if (list.length > 1) buttons.push(act("minus", texts["remove-page"], (pages) => pages.remove()));
  $("pages").replaceChildren(...buttons);
  $("undo").disabled = !done.length;
  $("redo").disabled = !undone.length;
  $("clear").disabled = pad.page.empty;
  $("blank").hidden = !pad.page.empty;
}
pad.addEventListener("begin", () => { $("blank").hidden = true; });
pad.addEventListener("change", () => { showPages(); kept.save(pad.pages).catch(() => {}); });
showPages();

// Options and ordering.

const form = $("options");
keepOptions(form);
const measured = () => { form.querySelector("output").textContent = $("strength").value; pad.bars = Number($("bars").value) || null; };
measured();
form.addEventListener("input", () => { measured(); if (pad.grid) pad.paint(); });

function chosen() {
  const number = (id) => ($(id).value === "" ? null : Number($(id).value));
  return {
    strength: number("strength"), bars: number("bars"), tempo: number("tempo"), seed: number("seed"), key: $("key").value,
    instrument: $("instrument").value, style: $("style").value, accompaniment: $("accompaniment").checked,
    arrangement: $("arrangement").value,
  };
}

form.onsubmit = async (event) => {
  event.preventDefault();
  if ($("draw").hidden) return;
  allowSound();
  $("cancel").disabled = true;
  busy(texts.working);
  const pictures = await pad.pictures();
  if (!pictures.length) { idle(); say(texts.nothing); return; }
  const body = { pictures: await Promise.all(pictures.map(base64)), options: chosen(), to };
  await ask("/draws", body);
};

// The same key again, should the connection break: nothing is drawn twice.
let unsure = { said: "", key: "" };
const GONE = 410;

// Phones let a page sound later only if it did so at a press.
function allowSound() {
  if (audio.src) return;
  // A WAV file of ten milliseconds.
  const silence = Uint8Array.from(atob("UklGRnQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YVAAAA" + "CAgI".repeat(26) + "CAgA=="), (one) => one.charCodeAt(0));
  audio.src = URL.createObjectURL(new Blob([silence], { type: "audio/wav" }));
  audio.play().catch(() => {});
}

async function ask(path, body) {
  ordered = true;
  telegram.touched("impact", "medium");
  hush();
  $("cancel").disabled = true;
  const said = JSON.stringify([path, body]);
  if (said !== unsure.said) unsure = { said, key: crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now() };
  busy(texts.working);
  for (let left = 4; ; left--) {
    try {
      const view = await call("POST", path, body, unsure.key);
      unsure = { said: "", key: "" };
      begin(view);
      return;
    } catch (error) {
      // The chat's link is too old, which is no reason to make no music.
      if (error.status === GONE && to) { alone(); await ask(path, { ...body, to }); say(texts.unposted); return; }
      if (!(error instanceof LostError)) { idle(); say(error.message); return; }
      if (!left) { idle(); say(texts["not-sent"]); return; }
      busy(texts.lost);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

function begin(view) {
  history.pushState(null, "", `/m/${view.id}`);
  watch(view);
}

const ended = (view) => ["done", "failed", "cancelled"].includes(view.state);

function watch(view) {
  stop?.();
  stop = null; over = adrift = false;
  current = view.id;
  if (!ended(view)) {
    $("cancel").disabled = false;
    stop = follow(view.id, told, () => busy(texts.lost), () => { adrift = true; idle(); say(texts.adrift); });
  }
  told(view);
}
addEventListener("online", () => { if (adrift) { hush(); arrive(); } });

function told(view) {
  // An answer that was written before the end may come after it.
  if (view.id !== current || over) return;
  over = ended(view);
  if (!ended(view)) busy(view.text); else idle();
  if (view.state === "progress") $("progress").value = (0.9 * view.bar) / view.bars;
  else if (view.state === "rendering") $("progress").value = 0.92;
  else if (view.state === "filming") $("progress").value = 0.92 + (0.08 * view.second) / view.seconds;
  else if (view.state === "done") { telegram.touched("notification", "success"); lasts(view.until); show(view.id, view.result); if (ordered) audio.play().catch(() => {}); ordered = false; }
  else if (ended(view)) { telegram.touched("notification", "error"); say(view.text); }
}

$("cancel").onclick = async () => { try { told(await call("DELETE", `/draws/${current}`)); } catch (error) { say(error instanceof LostError ? texts.offline : error.message); } };

function busy(text) { $("status").textContent = text; $("working").hidden = false; $("progress").removeAttribute("value"); $("draw").hidden = true; }
function idle() { $("working").hidden = true; $("draw").hidden = false; }

// The piece.

async function show(id, result) {
  const at = (name) => `/draws/${id}/files/${name}?lang=${encodeURIComponent(language)}`;
  audio.src = at("mp3");
  const filmed = result.options.video !== "none";
  $("film").hidden = $("mp4").hidden = !filmed;
  $("film").poster = filmed ? at("png") : "";
  if (filmed) $("film").src = at("mp4"); else $("film").removeAttribute("src");
  for (const name of ["mp3", "mid", "png", "mp4"]) { $(name).href = at(name); $(name).download = `mididraw.${name}`; $(name).setAttribute("aria-label", `${texts.download} ${$(name).textContent}`); }
  $("summary").textContent = result.summary;
  $("piece").hidden = false;
  $("versions").replaceChildren(...result.buttons.filter((one) => ["again", "take", "takes", "closer", "musical", "slower", "faster", "higher", "lower", "accompaniment", "video"].includes(one.action)).map((one) => {
    const button = document.createElement("button");
    button.textContent = one.label;
    button.onclick = () => { audio.pause(); ask(`/draws/${id}/versions`, { action: one.action, value: one.value || null }); };
    return button;
  }));
  const several = result.options.takes > 1;
  showTakes(several ? result.options.takes : 0, at);
  for (const name of ["scroll", "out", "in"]) $(name).hidden = several;
  $("mid").hidden = several;
  if (several) { roll.load({ notes: [], low: 36, high: 83, seconds: 0, drawn: 0, bar: 1, sketch: "", main: new Set() }); $("piece").scrollIntoView({ behavior: "smooth", block: "start" }); return; }
  const midi = parseMidi(await (await fetch(at("mid"))).arrayBuffer());
  const [low, high] = result.options.pitch_range.split("-").map(pitch), bar = 240 / result.options.tempo;
  const seconds = Math.max(0, ...midi.notes.map((note) => note.end));
  const { key } = result.options;
  roll.load({ notes: midi.notes, low, high, seconds, drawn: result.bars * bar, bar, sketch: result.sketch, main: drawingTracks(midi), chords: midi.texts, key });
  $("piece").scrollIntoView({ behavior: "smooth", block: "start" });
}

// Several takes: one picture of them all, and each to be heard.
function showTakes(count, at) {
  $("sheet").hidden = $("hear").hidden = !count;
  if (!count) { $("sheet").removeAttribute("src"); return; }
  $("sheet").src = at("png");
  $("sheet").alt = texts.takes;
  const buttons = Array.from({ length: count }, (_, index) => {
    const button = document.createElement("button"), heard = `${at("mp3")}&take=${index + 1}`;
    button.textContent = `▶ ${index + 1}`;
    button.setAttribute("aria-label", `${texts.play} ${index + 1}`);
    button.onclick = () => {
      for (const one of buttons) press(one, one === button);
      $("mp3").href = audio.src = heard;
      audio.play();
    };
    press(button, !index);
    return button;
  });
  $("hear").replaceChildren(...buttons);
}

$("film").onplay = () => audio.pause();
audio.addEventListener("play", () => $("film").pause());
for (const name of ["mp3", "mid", "png", "mp4"]) $(name).onclick = (event) => { if (telegram.download($(name).href, $(name).download)) event.preventDefault(); };

// The drawing is on the tracks of that name; several instruments may share it.
const drawingTracks = ({ names }) => new Set(names.flatMap((name, track) => (name === "drawing" ? [track] : [])));

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
  let link, until;
  try { ({ link, until } = await call("POST", `/draws/${current}/link`)); } catch (error) { say(error instanceof LostError ? texts.offline : error.message); return; }
  lasts(until);
  if (navigator.share && matchMedia("(pointer: coarse)").matches) { await navigator.share(await shared(link)).catch(() => {}); return; }
  if (await copied(link)) tellNews(`${texts.copied} ${lasting(until)}`); else say(`${link} ${lasting(until)}`);
};
// Without HTTPS browsers have no clipboard but the old way to it.
async function copied(text) {
  try { await navigator.clipboard.writeText(text); return true; } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const taken = document.execCommand("copy");
    field.remove();
    return taken;
  }
}
const lasting = (until) => texts.until.replace("…", new Date(1000 * until).toLocaleString(choices.language, { dateStyle: "medium", timeStyle: "short" }));
function lasts(until) { $("until").textContent = lasting(until); }
// A phone's own sheet takes the video itself, where there is one.
async function shared(link) {
  if ($("mp4").hidden) return { url: link };
  const film = new File([await (await fetch($("mp4").href)).blob()], $("mp4").download, { type: "video/mp4" });
  return navigator.canShare?.({ files: [film] }) ? { files: [film] } : { url: link };
}
$("new").onclick = () => {
  audio.pause();
  stop?.();
  stop = current = null;
  $("piece").hidden = true;
  history.pushState(null, "", "/");
  pad.did((pages) => pages.begin());
  idle();
  tellNews(texts.begun);
  scrollTo({ top: 0, behavior: "smooth" });
};

// A link to a piece, and the browser's own way back and forth.

async function arrive() {
  const id = /^\/m\/([0-9a-f]{32})$/.exec(location.pathname)?.[1];
  if (!id) { $("piece").hidden = true; return; }
  try { watch(await call("GET", `/draws/${id}`)); } catch (error) { idle(); say(error instanceof LostError ? texts.offline : error.message); }
}
addEventListener("popstate", arrive);
await arrive();
document.documentElement.dataset.ready = "true";
