// Orders: what was asked for, how it stands, and how long it will still take.

import { call, follow, LostError } from "./api.js";
import * as telegram from "./telegram.js";
import { $, texts } from "./texts.js";
import { hush, say } from "./toast.js";

const GONE = 410, TOOK = "took";
let stop = null, current = null, over = false, adrift = false;
let began = null; // of the order: when, and how far it was when bars were first told of
let waiting = null; // leaves off an order that waits for the network

// shown: is handed the view of a piece that is there, and whether it was asked for just now.
let shown = () => {};
export function onDone(does) { shown = does; }

// Where results also go: Telegram tells its Mini Apps in the address' fragment, Discord's links in the query.
let to = telegram.data || new URLSearchParams(location.search).get("to") || sessionStorage.getItem("to") || "";
if (to) { sessionStorage.setItem("to", to); $("posted").hidden = false; }
function alone() { to = ""; sessionStorage.removeItem("to"); $("posted").hidden = true; }
export const chat = () => to;

// The same key again, should the connection break: nothing is drawn twice. It also tells that an
// order is ours where the browser keeps no cookies, as within another site's frame.
let unsure = { said: "", key: "" };
const ASKED = "asked", MOST_KEYS = 24;
const asked = () => JSON.parse(localStorage.getItem(ASKED) ?? "[]");
export const keyOf = (id) => asked().find(([one]) => one === id)?.[1];

export async function ask(path, body) {
  telegram.touched("impact", "medium");
  hush();
  $("cancel").disabled = true;
  const said = JSON.stringify([path, body]);
  if (said !== unsure.said) unsure = { said, key: crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now() };
  began = { at: performance.now(), whole: path === "/draws" };
  busy(usual());
  for (let left = 4; ; left--) {
    try {
      const view = await call("POST", path, body, unsure.key);
      localStorage.setItem(ASKED, JSON.stringify([...asked(), [view.id, unsure.key]].slice(-MOST_KEYS)));
      unsure = { said: "", key: "" };
      begin(view);
      return;
    } catch (error) {
      // The chat's link is too old, which is no reason to make no music.
      if (error.status === GONE && to) { alone(); await ask(path, { ...body, to }); say(texts.unposted); return; }
      if (!(error instanceof LostError)) { idle(); say(error.message); return; }
      if (!navigator.onLine) { if (!await online()) { idle(); return; } left = 4; busy(texts.working); continue; }
      if (!left) { idle(); say(texts["not-sent"]); return; }
      busy(texts.lost);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

// Waits until there is a network; false where the order is called off before.
function online() {
  busy(texts.waits);
  $("cancel").disabled = false;
  return new Promise((done) => {
    const heard = (goes) => { removeEventListener("online", goesOn); waiting = null; $("cancel").disabled = true; done(goes); };
    const goesOn = () => heard(true);
    addEventListener("online", goesOn);
    waiting = () => heard(false);
  });
}

function begin(view) {
  history.pushState(null, "", `/m/${view.id}`);
  watch(view);
}

const ended = (view) => ["done", "failed", "cancelled"].includes(view.state);

function watch(view) {
  leave();
  current = view.id;
  if (!ended(view)) {
    $("cancel").disabled = false;
    stop = follow(view.id, told, () => busy(texts.lost), () => { adrift = true; idle(); say(texts.adrift); });
  }
  told(view);
}

// What is followed, no more.
export function leave() {
  stop?.();
  stop = current = null; over = adrift = false;
}

// Follows a drawing that was ordered before; throws where it is not known.
export async function arrive(id) {
  began = null;
  watch(await call("GET", `/draws/${id}`));
}
addEventListener("online", () => { if (adrift && current) { hush(); arrive(current).catch((error) => say(error.message)); } });

const SHARES = {
  progress: (view) => (0.85 * view.bar) / view.bars,
  rendering: () => 0.88,
  filming: (view) => 0.9 + (0.1 * view.second) / view.seconds,
};

function told(view) {
  // An answer that was written before the end may come after it.
  if (view.id !== current || over) return;
  over = ended(view);
  if (over) {
    if (view.state === "done" && began?.whole) localStorage.setItem(TOOK, Math.round((performance.now() - began.at) / 1000));
    idle();
    telegram.touched("notification", view.state === "done" ? "success" : "error");
    if (view.state === "done") shown(view, Boolean(began)); else say(view.gone ? texts["order-lost"] : view.text);
    return;
  }
  const share = SHARES[view.state]?.(view);
  busy(`${view.text}${share === undefined ? "" : remaining(share)}`);
  if (share !== undefined) $("progress").value = share;
}

// How long it still takes, by the pace so far.
function remaining(share) {
  const now = performance.now();
  if (!began) return "";
  began.first ??= { share, now };
  const { first } = began, done = share - first.share;
  if (done < 0.1) return "";
  const left = Math.round(((1 - share) * (now - first.now)) / done / 1000);
  return left > 1 ? ` ${texts.left.replace("…", left)}` : "";
}

// How long the last one took here, for the first moments.
function usual() {
  const took = Number(localStorage.getItem(TOOK));
  return took ? `${texts.working} ${texts.usual.replace("…", took)}` : texts.working;
}

$("cancel").onclick = async () => {
  if (waiting) { waiting(); return; }
  try { told(await call("DELETE", `/draws/${current}`, null, keyOf(current))); } catch (error) { say(error instanceof LostError ? texts.offline : error.message); }
};

export function busy(text) { $("status").textContent = text; $("working").hidden = false; $("progress").removeAttribute("value"); $("draw").hidden = true; }
export function idle() { $("working").hidden = true; $("draw").hidden = false; }
