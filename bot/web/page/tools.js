// What is drawn with: the bar of tools, the pages, pictures that are handed over, and keys.

import { example } from "./example.js";
import { toggle } from "./player.js";
import { thumbnail } from "./pad.js";
import { $, button, press, texts } from "./texts.js";
import { say } from "./toast.js";

const TOOLS = ["pen", "eraser", "line", "rectangle", "ellipse", "fill", "text"], SHAPES = TOOLS.slice(2);
const MOST = 10, MUTED = "muted";

export function equip(pad, kept) {
  const choose = (tool) => {
    pad.tool = tool;
    for (const one of TOOLS) press($(one), one === tool);
    const shape = SHAPES.includes(tool);
    press($("shapes"), shape);
    $("shapes").querySelector("use").setAttribute("href", `#i-${shape ? tool : "shapes"}`);
    unfold(false);
  };
  const unfold = (open) => { $("shapes").setAttribute("aria-expanded", String(open)); $("more-tools").classList.toggle("open", open); };
  for (const tool of TOOLS) $(tool).onclick = () => choose(tool);
  $("shapes").onclick = () => unfold($("shapes").getAttribute("aria-expanded") !== "true");
  $("thickness").oninput = (event) => { pad.width = Number(event.target.value); };
  const undo = () => pad.did((pages) => pages.undo()), redo = () => pad.did((pages) => pages.redo()), clear = () => pad.did((pages) => pages.clear());
  $("undo").onclick = undo;
  $("redo").onclick = redo;
  $("clear").onclick = clear;
  $("example").onclick = () => pad.did((pages) => { for (const stroke of example(pages.page.size)) pages.stroke(stroke); });
  $("grid").onclick = () => { pad.grid = !pad.grid; press($("grid"), pad.grid); pad.paint(); };
  pad.addEventListener("leaky", () => say(texts["open-shape"]));
  pad.addEventListener("begin", () => unfold(false));
  sounds(pad);
  writing(pad);
  pictures(pad);
  keys({ undo, redo, clear, fold: () => unfold(false) });
  const show = () => { showPages(pad); kept.save(pad.pages).catch(() => {}); };
  pad.addEventListener("begin", () => { $("blank").hidden = true; });
  pad.addEventListener("change", show);
  showPages(pad);
}

// A light preview while drawing; whether it is wanted is remembered.
function sounds(pad) {
  let muted = localStorage.getItem(MUTED) === "true", preview = null;
  const shown = () => { press($("sound"), !muted); $("sound").querySelector("use").setAttribute("href", muted ? "#i-silent" : "#i-sound"); };
  $("sound").onclick = () => { muted = !muted; localStorage.setItem(MUTED, String(muted)); shown(); };
  const load = () => (preview ??= import("./sounds.js"));
  $("pad").addEventListener("pointerdown", () => { if (!muted) load(); });
  // A touch counts as a press only when it ends.
  $("pad").addEventListener("pointerup", () => { if (!muted) load().then((one) => one.wake()).catch(() => {}); });
  pad.addEventListener("drawn", ({ detail }) => { if (!muted) load().then((one) => one.sound(detail, $("key").value)).catch(() => {}); });
  shown();
}

// A text is written where it will stand.
function writing(pad) {
  const field = $("write");
  let at = null;
  const end = (keeps) => {
    if (!at) return;
    const place = at, words = field.value.trim();
    at = null;
    field.hidden = true;
    if (keeps && words) pad.write(words, place);
  };
  pad.addEventListener("write", ({ detail }) => {
    end(true);
    at = detail;
    const [x, y] = at, box = $("pad").getBoundingClientRect(), paper = $("paper").getBoundingClientRect(), scale = box.width / pad.page.size[0];
    field.value = "";
    field.hidden = false;
    Object.assign(field.style, { left: `${box.left - paper.left + x * scale}px`, top: `${box.top - paper.top + y * scale}px`, fontSize: `${pad.letters * scale}px` });
    field.style.maxWidth = `${paper.right - box.left - x * scale}px`;
    // The paper stays where it is, also where the field lies at its edge.
    field.focus({ preventScroll: true });
  });
  field.onblur = () => end(true);
  field.onkeydown = (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") { event.preventDefault(); end(true); }
    if (event.key === "Escape") end(false);
  };
}

function pictures(pad) {
  const place = async (files) => {
    for (const file of files) {
      if (pad.pages.list.length >= MOST && !pad.page.empty) break;
      try { await pad.picture(file); } catch { say(texts["broken-picture"]); }
    }
  };
  $("upload").onclick = () => $("file").click();
  $("camera").onclick = () => $("photo").click();
  for (const id of ["file", "photo"]) $(id).onchange = (event) => { place(event.target.files); event.target.value = ""; };
  addEventListener("paste", (event) => place(event.clipboardData.files));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => { event.preventDefault(); place(event.dataTransfer.files); });
}

function keys({ undo, redo, clear, fold }) {
  addEventListener("keydown", (event) => {
    const within = (names) => event.target.closest?.(names);
    if (within("input:not([type=range], [type=checkbox]), select, textarea, video")) return;
    const key = event.key.toLowerCase();
    const does = event.ctrlKey || event.metaKey
      ? { z: event.shiftKey ? redo : undo, y: redo }[key]
      // What has the focus takes its own keys.
      : { " ": !within("button, a, summary, input") && toggle, delete: clear, backspace: clear, escape: fold }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

function showPages(pad) {
  const { list, at, done, undone } = pad.pages;
  const buttons = list.map((page, index) => {
    const turn = button("", () => pad.turn(index)), small = document.createElement("canvas");
    thumbnail(page, small);
    turn.append(small);
    turn.setAttribute("aria-label", `${texts.page} ${index + 1}`);
    press(turn, index === at);
    return turn;
  });
  const act = (icon, label, does) => button(label, () => pad.did(does), { icon, className: "act" });
  if (list.length < MOST) buttons.push(act("plus", texts["add-page"], (pages) => pages.add()));
  if (list.length > 1) buttons.push(act("minus", texts["remove-page"], (pages) => pages.remove()));
  $("pages").replaceChildren(...buttons);
  $("undo").disabled = !done.length;
  $("redo").disabled = !undone.length;
  $("clear").disabled = pad.page.empty;
  $("blank").hidden = !pad.page.empty;
}
