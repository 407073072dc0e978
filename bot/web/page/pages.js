// Pages to draw on, and what was done to them: undo and redo go through all of it, removed pages too.

import { paintRuns, paintText } from "./shapes.js";

// A phone held upright has room for a higher page.
const SIZE = matchMedia("(max-width: 600px)").matches ? [1200, 1000] : [1600, 800];
const MOST_STEPS = 500;
const GREY = (dark) => { const level = Math.round(255 * (1 - dark)); return `rgb(${level},${level},${level})`; };
const middle = ([x, y], [otherX, otherY]) => [(x + otherX) / 2, (y + otherY) / 2];

export class Page {
  // A page is a list of strokes over a picture or none; one of them may wipe all before it away.
  constructor({ id, size = SIZE, strokes = [], undone = [], picture = null, file = null } = {}) {
    this.id = id ?? `${Date.now()}-${Math.random()}`;
    this.size = size; this.strokes = strokes; this.undone = undone; this.picture = picture; this.file = file;
  }

  get wiped() { return this.strokes.findLastIndex((stroke) => stroke.wipe); }
  get seen() { return this.strokes.slice(this.wiped + 1); }
  get shown() { return this.wiped < 0 ? this.picture : null; }
  get empty() { return !this.shown && !this.seen.some((stroke) => !stroke.erase); }
  get filled() { return this.seen.some((stroke) => stroke.runs); }
  get asItCame() { return this.shown && !this.strokes.length ? this.file : null; }

  paint(context) {
    const [wide, high] = this.size;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, wide, high);
    const picture = this.shown;
    if (picture) {
      const scale = Math.min(wide / picture.width, high / picture.height);
      const width = picture.width * scale, height = picture.height * scale;
      context.drawImage(picture, (wide - width) / 2, (high - height) / 2, width, height);
    }
    for (const stroke of this.seen) paintStroke(context, stroke);
  }

  sheet() {
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = this.size;
    this.paint(sheet.getContext("2d"));
    return sheet;
  }

  // What was drawn with the pen: left, top, right, bottom; null where nothing was.
  box() {
    const xs = [], ys = [];
    for (const stroke of this.seen) if (!stroke.erase) for (const [x, y] of stroke.points) { xs.push(x); ys.push(y); }
    if (this.shown || !xs.length) return null;
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }
}

// A stroke is points of the hand, the runs of a filled area, or a text.
export function paintStroke(context, stroke) {
  if (stroke.runs) paintRuns(context, stroke.runs);
  else if (stroke.text) paintText(context, stroke);
  else {
    for (let i = 0; i < stroke.points.length; i++) segment(context, stroke, i);
    tip(context, stroke);
  }
}

// A pen's pressure makes it darker and thicker, which is played louder.
function inked(context, stroke, pressure) {
  context.strokeStyle = stroke.erase ? "#fff" : GREY(0.4 + 0.6 * pressure);
  context.lineWidth = stroke.erase ? stroke.width * 3 : stroke.width * (0.5 + 0.5 * pressure);
  context.lineCap = "round";
  context.beginPath();
}

// One piece of a stroke: a curve between the middles of what the hand told, so that corners are round.
export function segment(context, stroke, i) {
  const points = stroke.points, [x, y, pressure] = points[i];
  inked(context, stroke, pressure);
  if (i === 0) { context.moveTo(x, y); context.lineTo(x + 0.01, y); }
  else if (stroke.straight) { context.moveTo(points[i - 1][0], points[i - 1][1]); context.lineTo(x, y); }
  else {
    const before = points[i - 1];
    context.moveTo(...(i > 1 ? middle(points[i - 2], before) : before));
    context.quadraticCurveTo(before[0], before[1], ...middle(before, points[i]));
  }
  context.stroke();
}

function tip(context, { points, ...stroke }) {
  if (points.length < 2 || stroke.straight) return;
  const last = points.at(-1);
  inked(context, stroke, last[2]);
  context.moveTo(...middle(points.at(-2), last));
  context.lineTo(last[0], last[1]);
  context.stroke();
}

export class Pages {
  // all: every page that is in sight or can come back; ids: those in sight; done and undone: steps.
  constructor({ all = [new Page()], ids = all.map((page) => page.id), at = 0, done = [], undone = [] } = {}) {
    this.all = new Map(all.map((page) => [page.id, page]));
    this.ids = ids; this.at = at; this.done = done; this.undone = undone;
  }

  get list() { return this.ids.map((id) => this.all.get(id)); }
  get page() { return this.all.get(this.ids[this.at]); }

  did(step) {
    this.done = [...this.done, step].slice(-MOST_STEPS);
    for (const page of this.all.values()) page.undone = [];
    this.undone = [];
    const kept = new Set([...this.ids, ...this.done.flatMap((one) => one.from?.ids ?? [])]);
    for (const id of this.all.keys()) if (!kept.has(id)) this.all.delete(id);
  }

  stroke(stroke) {
    this.page.strokes.push(stroke);
    this.did({ page: this.page.id });
  }

  clear() { if (this.page.strokes.length || this.page.picture) this.stroke({ wipe: true }); }

  arrange(pages, at) {
    const from = { ids: this.ids, at: this.at };
    for (const page of pages) this.all.set(page.id, page);
    this.ids = pages.map((page) => page.id); this.at = at;
    this.did({ from, to: { ids: this.ids, at } });
  }

  add(page = new Page()) { this.arrange([...this.list, page], this.ids.length); }
  replace(page) { this.arrange(this.list.map((one, index) => (index === this.at ? page : one)), this.at); }
  remove() { this.arrange(this.list.filter((_, index) => index !== this.at), Math.max(this.at - 1, 0)); }
  begin() { if (this.ids.length > 1 || !this.page.empty) this.arrange([new Page()], 0); }

  undo() {
    const step = this.done.at(-1);
    if (!step) return;
    this.done = this.done.slice(0, -1); this.undone.push(step);
    if (step.from) { this.ids = step.from.ids; this.at = step.from.at; return; }
    this.at = this.ids.indexOf(step.page);
    this.page.undone.push(this.page.strokes.pop());
  }

  redo() {
    const step = this.undone.pop();
    if (!step) return;
    this.done = [...this.done, step];
    if (step.to) { this.ids = step.to.ids; this.at = step.to.at; return; }
    this.at = this.ids.indexOf(step.page);
    this.page.strokes.push(this.page.undone.pop());
  }
}
