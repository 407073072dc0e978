// The page: its parts are put together here.

import { base64, call, LostError } from "./api.js";
import { keepOptions, recall } from "./keep.js";
import { arrive, ask, busy, chat, idle, leave, onDone } from "./orders.js";
import { Pad } from "./pad.js";
import { found, list, onOpen } from "./pieces.js";
import * as player from "./player.js";
import { $, choices, texts, write } from "./texts.js";
import { hush, say, tellNews } from "./toast.js";
import { equip } from "./tools.js";

const kept = await recall();
const pad = new Pad($("pad"), kept.pages);

write();
$("language").onclick = () => {
  const own = navigator.languages.find((one) => one.startsWith("zh")) ?? "zh";
  localStorage.setItem("language", choices.language.startsWith("zh") ? "en" : own);
  location.reload();
};
equip(pad, kept);
performance.mark("drawable");

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
    arrangement: $("arrangement").value, engine: $("engine").value,
    // One engine alone can do it.
    ...($("morph").checked && { morph: true, engine: "vae" }),
    // Who fills a shape wants to hear it filled.
    ...(pad.pages.list.some((page) => page.filled) && { shape: "fill" }),
  };
}

form.onsubmit = async (event) => {
  event.preventDefault();
  if ($("draw").hidden) return;
  player.unlock();
  $("cancel").disabled = true;
  busy(texts.working);
  const pictures = await pad.pictures();
  if (!pictures.length) { idle(); say(texts.nothing); return; }
  await ask("/draws", { pictures: await Promise.all(pictures.map(base64)), options: chosen(), to: chat() });
};
onDone(player.showAndKeep);

$("new").onclick = () => {
  player.hide();
  leave();
  history.pushState(null, "", "/");
  pad.did((pages) => pages.begin());
  idle();
  tellNews(texts.begun);
  scrollTo({ top: 0, behavior: "smooth" });
};

// A link to a piece, a piece that is kept here, and the browser's own way back and forth.

async function come() {
  leave();
  const id = /^\/m\/([0-9a-f]{32})$/.exec(location.pathname)?.[1];
  if (!id) { player.hide(); idle(); return; }
  const own = await found(id);
  try {
    if (!own) { await arrive(id); return; }
    const view = await call("GET", `/draws/${id}`);
    await player.show(view.state === "done" ? view : { ...own.view, until: 1 }, { kept: own });
  } catch (error) {
    // What this browser keeps is there without the server.
    if (own) await player.show({ ...own.view, ...(!(error instanceof LostError) && { until: 1 }) }, { kept: own });
    else { idle(); say(error instanceof LostError ? texts.offline : error.status === 404 ? texts["link-ended"] : error.message); }
  }
}
onOpen((piece) => {
  hush();
  history.pushState(null, "", `/m/${piece.id}`);
  come();
});
addEventListener("popstate", come);
await list();
await come();
document.documentElement.dataset.ready = "true";
navigator.serviceWorker?.register("/worker.js").catch(() => {});
