// The area to draw on: strokes by mouse, pen and finger; two fingers move and enlarge the paper.

import { Page, Pages, paintStroke, segment } from "./pages.js";
import { flood, outlined, text } from "./shapes.js";

const CLOSEST = 6, YOUNG = 400;

export class Pad extends EventTarget {
  constructor(canvas, pages = new Pages()) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.pages = pages;
    this.tool = "pen"; this.width = 10; this.grid = false; this.bars = null;
    this.stroke = null; this.pointer = null; this.since = 0;
    this.fingers = new Map(); this.scale = 1; this.left = 0; this.top = 0;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.up(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event));
    this.show();
  }

  get page() { return this.pages.page; }

  point(event) {
    const box = this.canvas.getBoundingClientRect(), [width, height] = this.page.size;
    const pressure = event.pointerType === "pen" ? event.pressure : 1;
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height, pressure];
  }

  down(event) {
    if (event.button > 0) return;
    event.preventDefault();
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.fingers.size === 2 && (this.pointer === null || this.young)) this.drop();
    if (this.pointer !== null || this.fingers.size > 1) return;
    this.pointer = event.pointerId; this.since = event.timeStamp;
    this.canvas.setPointerCapture(event.pointerId);
    const rubber = this.tool === "eraser" || event.buttons & 32;
    this.from = this.point(event);
    this.stroke = { erase: Boolean(rubber), width: this.width, points: [this.from] };
    if (this.tool === "text" || this.tool === "fill") return;
    if (outlined(this.tool)) {
      this.before = document.createElement("canvas");
      this.before.width = this.canvas.width; this.before.height = this.canvas.height;
      this.before.getContext("2d").drawImage(this.canvas, 0, 0);
    } else segment(this.context, this.stroke, 0);
    this.dispatchEvent(new Event("begin"));
    this.tell();
  }

  // Where the pen is, for whoever wants to hear it.
  tell() {
    const [, y, pressure] = this.stroke.points.at(-1);
    if (!this.stroke.erase) this.dispatchEvent(new CustomEvent("drawn", { detail: { height: 1 - y / this.page.size[1], pressure } }));
  }

  // Whether the stroke may be the first finger of two; a palm beside a long one or a pen changes nothing.
  get young() { return this.fingers.has(this.pointer) && performance.now() - this.since < YOUNG; }

  drop() {
    this.stroke = this.pointer = this.before = null;
    this.paint();
  }

  move(event) {
    if (event.pointerId === this.pointer && (this.tool === "text" || this.tool === "fill")) return;
    if (event.pointerId === this.pointer && this.before) {
      Object.assign(this.stroke, outlined(this.tool)(this.from, this.point(event), event.shiftKey));
      this.context.drawImage(this.before, 0, 0);
      paintStroke(this.context, this.stroke);
    } else if (event.pointerId === this.pointer) {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) {
        this.stroke.points.push(this.point(one));
        segment(this.context, this.stroke, this.stroke.points.length - 1);
      }
      this.tell();
    } else if (this.pointer === null && this.fingers.size === 2 && this.fingers.has(event.pointerId)) {
      const before = span(this.fingers);
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      const after = span(this.fingers);
      this.moved(after.x - before.x, after.y - before.y);
      this.zoomed(after.wide / before.wide, after.x, after.y);
    }
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (event.pointerId !== this.pointer) return;
    const { stroke } = this;
    this.stroke = this.pointer = this.before = null;
    if (this.tool === "text") { this.dispatchEvent(new CustomEvent("write", { detail: stroke.points[0] })); return; }
    if (this.tool === "fill") { this.fill(...stroke.points[0]); return; }
    this.pages.stroke(stroke);
    this.show();
  }

  fill(x, y) {
    const { context } = this;
    this.page.paint(context);
    const area = flood(context.getImageData(0, 0, ...this.page.size), Math.round(x), Math.round(y));
    if (!area) { this.paint(); this.dispatchEvent(new Event("leaky")); return; }
    this.did((pages) => pages.stroke(area));
  }

  write(words, [x, y]) {
    this.did((pages) => pages.stroke(text(this.context, words, x, y, this.letters, this.page.size)));
  }

  // The height of letters, in pixels of the page.
  get letters() { return 50 + 9 * this.width; }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomed(Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
  }

  // Enlarge around a point of the window.
  zoomed(factor, x, y) {
    const box = this.canvas.getBoundingClientRect(), scale = Math.min(Math.max(this.scale * factor, 1), CLOSEST);
    const by = scale / this.scale;
    this.left += (x - box.left) * (1 - by); this.top += (y - box.top) * (1 - by);
    this.scale = scale;
    this.place();
  }

  // What the paper cannot go any more, the window does.
  moved(x, y) {
    const top = this.top + y;
    this.left += x; this.top = top;
    this.place();
    scrollBy(0, this.top - top);
  }

  place() {
    const { canvas } = this, least = (length) => length * (1 - this.scale);
    this.left = Math.min(Math.max(this.left, least(canvas.offsetWidth)), 0);
    this.top = Math.min(Math.max(this.top, least(canvas.offsetHeight)), 0);
    canvas.style.transform = this.scale > 1 ? `translate(${this.left}px, ${this.top}px) scale(${this.scale})` : "";
  }

  did(what) { if (this.pointer === null) { what(this.pages); this.show(); } }
  turn(to) { this.did((pages) => { pages.at = to; }); }

  async picture(file) {
    const page = new Page({ picture: await createImageBitmap(file), file });
    this.did((pages) => (pages.page.empty ? pages.replace(page) : pages.add(page)));
  }

  show() {
    this.paint();
    this.dispatchEvent(new Event("change"));
  }

  paint() {
    const { canvas, page } = this, [width, height] = page.size;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width; canvas.height = height;
      canvas.style.aspectRatio = `${width} / ${height}`;
      canvas.parentElement.style.setProperty("--shape", width / height);
    }
    page.paint(this.context);
    if (this.grid) this.rule();
  }

  // Octaves and bars around what is drawn: the drawing fills the pitches C2 to B5.
  rule() {
    const [wide, high] = this.page.size;
    const [left, top, right, bottom] = this.page.box() ?? [0, 0, wide, high];
    const width = Math.max(right - left, 1), height = Math.max(bottom - top, 1);
    const bars = this.bars ?? Math.min(Math.max(Math.round(((width / height) * 46) / 0.375 / 16 + 0.25), 2), 32);
    const context = this.context;
    context.save();
    context.lineWidth = 2; context.font = "24px system-ui"; context.fillStyle = context.strokeStyle = "rgba(11,107,156,0.45)";
    context.beginPath();
    for (let bar = 0; bar <= bars; bar++) {
      const x = left + (width * bar) / bars;
      context.moveTo(x, top); context.lineTo(x, bottom);
      if (bar < bars && (bars <= 16 || bar % 4 === 0)) context.fillText(String(bar + 1), x + 5, Math.max(top - 6, 22));
    }
    for (let octave = 0; octave <= 4; octave++) {
      const y = bottom - (height * octave) / 4;
      context.moveTo(left, y); context.lineTo(right, y);
      context.fillText(`C${octave + 2}`, Math.max(left - 44, 2), Math.min(Math.max(y + 8, 24), high - 4));
    }
    context.stroke();
    context.restore();
  }

  // The pages that hold something: a picture that nobody drew on as it came, all others as PNG.
  async pictures() {
    const found = [];
    for (const page of this.pages.list) {
      if (page.empty) continue;
      if (page.asItCame) { found.push(page.asItCame); continue; }
      const sheet = page.sheet();
      if (!blank(sheet)) found.push(await new Promise((done) => sheet.toBlob(done, "image/png")));
    }
    return found;
  }
}

export function thumbnail(page, canvas) {
  canvas.width = 144; canvas.height = 88;
  const [width, height] = page.size, wide = Math.min(144, (88 * width) / height), high = (wide * height) / width;
  canvas.getContext("2d").drawImage(page.sheet(), (144 - wide) / 2, (88 - high) / 2, wide, high);
}

// Where two fingers are, and how far from each other.
function span(fingers) {
  const [[x, y], [otherX, otherY]] = [...fingers.values()];
  return { x: (x + otherX) / 2, y: (y + otherY) / 2, wide: Math.max(Math.hypot(x - otherX, y - otherY), 1) };
}

// Whether all that was drawn is rubbed out again.
function blank(sheet) {
  const pixels = new Uint32Array(sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height).data.buffer);
  return pixels.every((pixel) => pixel === 0xffffffff);
}
