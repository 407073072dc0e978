// What was drawn, kept in this browser alone: it outlives a reload, another language and a crash.
// Every tab has a drawing of its own; where a browser keeps nothing, the page works all the same.

import { Page, Pages } from "./pages.js";

const SLOT = "drawing", WAITS = 300;

const got = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });

async function open() {
  const request = indexedDB.open("mididraw", 1);
  request.onupgradeneeded = () => { for (const name of ["drawings", "pages", "files"]) request.result.createObjectStore(name); };
  return got(request);
}

// Whether a drawing is ours for as long as the tab lives. Without locks, which need HTTPS, all tabs share the first.
function own(slot, waits) {
  if (!navigator.locks) return true;
  const options = waits ? { signal: AbortSignal.timeout(waits) } : { ifAvailable: true };
  return new Promise((done) => {
    navigator.locks.request(`${SLOT} ${slot}`, options, (lock) => { done(Boolean(lock)); return lock && new Promise(() => {}); }).catch(() => done(false));
  });
}

async function slotOf(database) {
  const mine = Number(sessionStorage.getItem(SLOT) ?? NaN);
  // A reload may overtake the page before it.
  if (!Number.isNaN(mine) && await own(mine, WAITS)) return mine;
  const kept = await got(database.transaction("drawings").objectStore("drawings").getAllKeys());
  for (const slot of kept) if (await own(slot)) return slot;
  for (let slot = 0; ; slot++) if (!kept.includes(slot) && await own(slot)) return slot;
}

class Keeper {
  constructor(database, slot) { this.database = database; this.slot = slot; this.known = new Set(); this.queue = Promise.resolve(); }

  async load() {
    const tables = this.database.transaction(["drawings", "pages", "files"]);
    const read = (table, key) => got(tables.objectStore(table).get(key));
    const found = await read("drawings", this.slot);
    if (!found) return new Pages();
    const all = [];
    for (const id of found.all) all.push([id, await read("pages", id), await read("files", id)]);
    this.known = new Set(found.all);
    const pages = all.map(async ([id, page, file]) => new Page({ ...page, id, file, picture: file ? await createImageBitmap(file).catch(() => null) : null }));
    return new Pages({ ...found, all: await Promise.all(pages) });
  }

  // Keeps the page in sight and the steps; other pages are as they were.
  save(pages) {
    const { ids, at, done, undone, all, page } = pages;
    const tables = this.database.transaction(["drawings", "pages", "files"], "readwrite", { durability: "strict" });
    const put = (table, key, value) => tables.objectStore(table).put(value, key);
    put("drawings", this.slot, { ids, at, done, undone, all: [...all.keys()] });
    for (const one of all.values()) {
      const fresh = !this.known.has(one.id);
      if (fresh && one.file) put("files", one.id, one.file);
      if (fresh || one === page) put("pages", one.id, { size: one.size, strokes: one.strokes, undone: one.undone });
    }
    for (const id of this.known) if (!all.has(id)) for (const table of ["pages", "files"]) tables.objectStore(table).delete(id);
    this.known = new Set(all.keys());
    return new Promise((kept, failed) => { tables.oncomplete = kept; tables.onabort = () => failed(tables.error); });
  }
}

// The drawing that this tab left, and what keeps it from now on.
export async function recall() {
  try {
    const database = await open(), slot = await slotOf(database), keeper = new Keeper(database, slot);
    sessionStorage.setItem(SLOT, slot);
    return { pages: await keeper.load(), save: (pages) => keeper.save(pages) };
  } catch {
    return { pages: new Pages(), save: async () => {} };
  }
}

// The options, which are the same in all tabs.
export function keepOptions(form) {
  const fields = [...form.elements].filter((field) => field.name), KEPT = "options";
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  for (const field of fields) {
    const value = kept[field.name];
    if (typeof value === "boolean") field.checked = value;
    else if (typeof value === "string" && (!field.options || [...field.options].some((one) => one.value === value))) field.value = value;
  }
  form.addEventListener("change", () => {
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]))));
  });
}
