// The piece: it plays over its roll, is kept, shared and made anew.

import { call, LostError } from "./api.js";
import { parseMidi } from "./midi.js";
import { ask, keyOf } from "./orders.js";
import { addresses, keep } from "./pieces.js";
import { Roll } from "./roll.js";
import * as telegram from "./telegram.js";
import { $, button, choices, clock, moment, press, texts } from "./texts.js";
import { say, tellNews } from "./toast.js";

const NAMES = ["mp3", "mid", "png", "mp4"];
const VERSIONS = ["again", "take", "takes", "closer", "musical", "slower", "faster", "higher", "lower", "accompaniment", "video"];
// One sample of silence.
const SILENCE = Uint8Array.from(atob("UklGRiUAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACA"), (one) => one.charCodeAt(0));

const audio = $("audio");
const roll = new Roll($("scroll"), $("roll"), $("spacer"), choices.palettes, (time) => { audio.currentTime = time; roll.at(time); });
let current = null, blobs = [];

// Safari lets an element play by itself that was played by a press before.
export function unlock() {
  if (audio.src) return;
  audio.src = URL.createObjectURL(new Blob([SILENCE], { type: "audio/wav" }));
  audio.play().catch(() => {});
}

// until: when the link ends, in seconds since 1970; kept: this browser's own copy; plays: by itself.
export async function show({ id, result, until }, { kept = null, plays = false } = {}) {
  current = id;
  const { takes, video } = result.options, filmed = video !== "none", there = !until || 1000 * until > Date.now();
  for (const one of blobs) URL.revokeObjectURL(one);
  blobs = [];
  const own = kept && Object.fromEntries(Object.entries(kept.files).map(([name, files]) => [name, files.map((file) => URL.createObjectURL(file))]));
  if (own) blobs = Object.values(own).flat();
  const server = addresses(id, takes), at = (name, take = 1) => own?.[name]?.[take - 1] ?? server(name, take);
  $("film").hidden = $("mp4").hidden = !filmed || !there;
  if (filmed && there) { $("film").poster = at("png"); $("film").src = at("mp4"); } else { $("film").removeAttribute("src"); $("film").removeAttribute("poster"); }
  for (const name of NAMES) { $(name).href = there ? server(name) : at(name); $(name).download = `mididraw.${name}`; $(name).setAttribute("aria-label", `${texts.download} ${$(name).textContent}`); }
  $("summary").textContent = [result.summary, result.songs].filter(Boolean).join(" · ");
  $("piece").hidden = false;
  $("versions").hidden = $("share").hidden = !there;
  $("versions").replaceChildren(...result.buttons.filter((one) => VERSIONS.includes(one.action)).map((one) => button(one.label, () => {
    audio.pause();
    ask(`/draws/${id}/versions`, { action: one.action, value: one.value || null });
  })));
  lasts(until);
  // Several takes: each is heard and seen alone.
  const hear = async (take, goes) => {
    for (const [index, one] of [...$("hear").children].entries()) press(one, index === take - 1);
    audio.src = at("mp3", take);
    for (const name of ["mp3", "mid"]) $(name).href = there ? server(name, take) : at(name, take);
    if (goes) start();
    draw(result, parseMidi(await (kept?.files.mid[take - 1] ?? await fetch(server("mid", take))).arrayBuffer()));
  };
  $("hear").hidden = $("sheet").hidden = takes < 2;
  if (takes > 1) $("sheet").src = at("png");
  // The picture has two rolls in a row; the buttons are for whoever has no pointer.
  $("sheet").onclick = ({ target, offsetX, offsetY }) => {
    const right = offsetX > target.clientWidth / 2, row = Math.floor((offsetY / target.clientHeight) * Math.ceil(takes / 2));
    hear(Math.min(2 * row + right + 1, takes), true);
  };
  $("hear").replaceChildren(...Array.from({ length: takes }, (_, index) => {
    const made = button(`▶ ${index + 1}`, () => hear(index + 1, true));
    made.setAttribute("aria-label", `${texts.play} ${index + 1}`);
    return made;
  }));
  await hear(1, plays);
  $("piece").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: "start" });
}

// Plays as soon as somebody looks; a browser that forbids it leaves it to the button.
function start() {
  if (document.hidden) addEventListener("visibilitychange", start, { once: true });
  else audio.play().catch(() => {});
}

function draw(result, midi) {
  const [low, high] = result.options.pitch_range.split("-").map(pitch), bar = 240 / result.options.tempo;
  const seconds = Math.max(0, ...midi.notes.map((note) => note.end));
  // The drawing is on the tracks of that name; several instruments may share it.
  const main = new Set(midi.names.flatMap((name, track) => (name === "drawing" ? [track] : [])));
  roll.load({ ...midi, low, high, seconds, drawn: result.bars * bar, bar, sketch: result.sketch, main, key: result.options.key });
}

function pitch(name) {
  const [, letter, accidental, octave] = /^([A-G])([#b]?)(-?\d+)$/.exec(name);
  return { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }[letter] + { "#": 1, b: -1, "": 0 }[accidental] + 12 * (Number(octave) + 1);
}

export function hide() {
  audio.pause();
  current = null;
  $("piece").hidden = true;
}

$("film").onplay = () => audio.pause();
for (const name of NAMES) $(name).onclick = (event) => { if (telegram.download($(name).href, $(name).download)) event.preventDefault(); };

function playing() {
  const on = !audio.paused;
  $("play").querySelector("use").setAttribute("href", on ? "#i-pause" : "#i-play");
  $("play").setAttribute("aria-label", texts[on ? "pause" : "play"]);
  if (on) { $("film").pause(); requestAnimationFrame(tick); } else head();
}
function tick() {
  head();
  if (!audio.paused) requestAnimationFrame(tick);
}
function head() {
  roll.at(audio.currentTime, !audio.paused);
  if (audio.duration) $("seek").max = audio.duration;
  $("seek").value = audio.currentTime;
  const said = `${clock(audio.currentTime)} / ${clock(audio.duration || 0)}`;
  if ($("clock").textContent !== said) $("clock").textContent = said;
  $("seek").setAttribute("aria-valuetext", said);
}
export const toggle = () => { if (!$("piece").hidden) { if (audio.paused) audio.play().catch(() => {}); else audio.pause(); } };
$("play").onclick = toggle;
for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, playing);
for (const name of ["timeupdate", "loadedmetadata", "seeked"]) audio.addEventListener(name, head);
$("seek").oninput = (event) => { audio.currentTime = Number(event.target.value); };
$("loop").onclick = () => { audio.loop = !audio.loop; press($("loop"), audio.loop); };
$("follow").onclick = () => { roll.follows = !roll.follows; roll.at(audio.currentTime, !audio.paused); };
roll.onfollow = (on) => press($("follow"), on);
$("in").onclick = () => roll.zoomed(1.5);
$("out").onclick = () => roll.zoomed(1 / 1.5);

// The link.

$("share").onclick = async () => {
  let link, until;
  try { ({ link, until } = await call("POST", `/draws/${current}/link`, null, keyOf(current))); } catch (error) { say(error instanceof LostError ? texts.offline : error.message); return; }
  lasts(until, true);
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
const lasting = (until) => texts.until.replace("…", moment(until));
function lasts(until, isShared = false) {
  const there = !until || 1000 * until > Date.now();
  $("until").textContent = !there ? texts["link-over"] : [until ? lasting(until) : "", isShared ? "" : texts.lives, texts["piece-stays"]].filter(Boolean).join(" ");
}
// A phone's own sheet takes the video itself, where there is one.
async function shared(link) {
  if ($("mp4").hidden) return { url: link };
  const film = new File([await (await fetch($("mp4").href)).blob()], $("mp4").download, { type: "video/mp4" });
  return navigator.canShare?.({ files: [film] }) ? { files: [film] } : { url: link };
}

// A piece that is there is kept, too, so that it is there again.
export async function showAndKeep(view, plays) {
  await show(view, { plays });
  keep(view).catch(() => {});
}
