// The pieces that were made, kept in this browser with their files: they outlive the server's.

import { $, button, choices, moment, press, texts } from "./texts.js";

const MOST = 24, MOST_BYTES = 80e6;

const got = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });

const database = (() => {
  const request = indexedDB.open("mididraw-pieces", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("pieces", { keyPath: "id" });
  return got(request).catch(() => null);
})();

async function table(mode) { return (await database)?.transaction("pieces", mode).objectStore("pieces"); }

export const addresses = (id, takes) => (name, take = 1) => `/draws/${id}/files/${name}?lang=${encodeURIComponent(choices.language)}${takes > 1 ? `&take=${take}` : ""}`;

// A piece that is kept here; undefined where it is not.
export async function found(id) {
  const pieces = await table("readonly").catch(() => null);
  return pieces ? got(pieces.get(id)).catch(() => undefined) : undefined;
}

// The piece that a video was made of: it is the same music, and takes its place.
async function unfilmed({ result }) {
  if (result.options.video === "none") return undefined;
  const music = (one) => JSON.stringify([{ ...one.options, video: "none" }, one.sketch]);
  return (await sorted(await table("readonly"))).find((piece) => music(piece.view.result) === music(result));
}

// Keeps a piece, and lets go of the oldest where they are too many.
export async function keep(view) {
  const pieces = await database;
  if (!pieces) return;
  const same = await found(view.id), before = same ?? await unfilmed(view);
  const { takes } = view.result.options, at = addresses(view.id, takes);
  const numbers = Array.from({ length: takes }, (_, index) => index + 1);
  const blob = async (address) => {
    const answer = await fetch(address, { cache: "force-cache" });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.blob();
  };
  const files = same?.files ?? {
    mp3: await Promise.all(numbers.map((take) => blob(at("mp3", take)))),
    mid: await Promise.all(numbers.map((take) => blob(at("mid", take)))),
    png: [await blob(at("png"))],
  };
  const bytes = Object.values(files).flat().reduce((sum, file) => sum + file.size, 0);
  const store = await table("readwrite");
  store.put({ id: view.id, made: before?.made ?? Date.now(), favourite: before?.favourite ?? false, view, files, bytes });
  if (before && before !== same) store.delete(before.id);
  let left = MOST_BYTES;
  for (const [index, piece] of (await sorted(store)).entries()) {
    left -= piece.bytes;
    if ((index >= MOST || left < 0) && !piece.favourite) store.delete(piece.id);
  }
  await list();
}

const sorted = async (store) => (await got(store.getAll())).sort((a, b) => b.made - a.made);

// A favourite stays, however many come after it; the browser is asked to let it stay, too.
function star(piece, name) {
  const made = button(`${texts.keep}: ${name}`, async () => {
    piece.favourite = !piece.favourite;
    (await table("readwrite")).put(piece);
    press(made, piece.favourite);
    if (piece.favourite) navigator.storage?.persist?.();
  }, { icon: "star", className: "plain" });
  press(made, piece.favourite);
  return made;
}

let open = () => {};
export function onOpen(does) { open = does; }

export async function list() {
  const store = await table("readonly").catch(() => null), pieces = store ? await sorted(store) : [];
  $("pieces").hidden = !pieces.length;
  $("pieces").querySelector("ul").replaceChildren(...pieces.map((piece) => {
    const line = document.createElement("li"), opener = button("", () => open(piece)), picture = new Image();
    const about = document.createElement("span"), made = document.createElement("small");
    picture.src = piece.view.result.sketch; picture.alt = "";
    about.textContent = piece.view.result.summary;
    made.textContent = moment(piece.made / 1000);
    about.append(made);
    opener.append(picture, about);
    line.append(opener, star(piece, made.textContent), button(`${texts.forget}: ${made.textContent}`, async () => { (await table("readwrite")).delete(piece.id); await list(); $("pieces").querySelector("button")?.focus(); }, { icon: "close", className: "plain" }));
    return line;
  }));
}
