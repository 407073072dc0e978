// The pages to draw on. A page is a list of strokes over a picture or none; undo is a stroke less.

// A phone held upright has room for a higher page.
const UPRIGHT = matchMedia("(max-width: 600px)").matches;
export const WIDTH = UPRIGHT ? 1200 : 1600, HEIGHT = UPRIGHT ? 1000 : 800;
const GREY = (dark) => { const level = Math.round(255 * (1 - dark)); return `rgb(${level},${level},${level})`; };

class Page {
  constructor(picture = null, file = null) {
    this.strokes = []; this.undone = []; this.picture = picture; this.file = file;
  }
  get empty() { return !this.picture && !this.strokes.some((stroke) => !stroke.erase); }

  paint(context) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, WIDTH, HEIGHT);
    if (this.picture) {
      const scale = Math.min(WIDTH / this.picture.width, HEIGHT / this.picture.height);
      const width = this.picture.width * scale, height = this.picture.height * scale;
      context.drawImage(this.picture, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
    }
    for (const stroke of this.strokes) for (let i = 0; i < stroke.points.length; i++) segment(context, stroke, i);
  }

  // What was drawn with the pen: left, top, right, bottom; null where nothing was.
  box() {
    const xs = [], ys = [];
    for (const stroke of this.strokes) if (!stroke.erase) for (const [x, y] of stroke.points) { xs.push(x); ys.push(y); }
    if (this.picture || !xs.length) return null;
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }
}

// One piece of a stroke; a pen's pressure makes it darker and thicker, which is played louder.
function segment(context, stroke, i) {
  const [x, y, pressure] = stroke.points[i], [fromX, fromY] = stroke.points[Math.max(i - 1, 0)];
  context.strokeStyle = stroke.erase ? "#fff" : GREY(0.4 + 0.6 * pressure);
  context.lineWidth = stroke.erase ? stroke.width * 3 : stroke.width * (0.5 + 0.5 * pressure);
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(x === fromX && y === fromY ? x + 0.01 : x, y);
  context.stroke();
}

export class Pad extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    canvas.width = WIDTH; canvas.height = HEIGHT; canvas.style.aspectRatio = `${WIDTH} / ${HEIGHT}`;
    this.context = canvas.getContext("2d");
    this.pages = [new Page()]; this.at = 0;
    this.erase = false; this.width = 10; this.grid = false; this.bars = null;
    this.stroke = null; this.pointer = null;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.end(event));
    this.show();
  }

  get page() { return this.pages[this.at]; }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const pressure = event.pointerType === "pen" ? event.pressure : 1;
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT, pressure];
  }

  begin(event) {
    if (this.pointer !== null || event.button > 0) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    const rubber = this.erase || event.buttons & 32;
    this.stroke = { erase: Boolean(rubber), width: this.width, points: [this.point(event)] };
    this.page.strokes.push(this.stroke);
    this.page.undone = [];
    segment(this.context, this.stroke, 0);
  }

  go(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      this.stroke.points.push(this.point(one));
      segment(this.context, this.stroke, this.stroke.points.length - 1);
    }
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.show();
  }

  undo() { const one = this.page.strokes.pop(); if (one) this.page.undone.push(one); this.show(); }
  redo() { const one = this.page.undone.pop(); if (one) this.page.strokes.push(one); this.show(); }
  clear() { this.pages[this.at] = new Page(); this.show(); }
  turn(to) { this.at = to; this.show(); }
  add() { this.pages.push(new Page()); this.turn(this.pages.length - 1); }

  remove() {
    this.pages.splice(this.at, 1);
    if (!this.pages.length) this.pages.push(new Page());
    this.turn(Math.min(this.at, this.pages.length - 1));
  }

  async place(file) {
    const picture = await createImageBitmap(file);
    const page = new Page(picture, file);
    if (this.page.empty) this.pages[this.at] = page;
    else { this.pages.push(page); this.at = this.pages.length - 1; }
    this.show();
  }

  show() {
    this.page.paint(this.context);
    if (this.grid) this.rule();
    this.dispatchEvent(new Event("change"));
  }

  // Octaves and bars around what is drawn: the drawing fills the pitches C2 to B5.
  rule() {
    const [left, top, right, bottom] = this.page.box() ?? [0, 0, WIDTH, HEIGHT];
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
      context.fillText(`C${octave + 2}`, Math.max(left - 44, 2), Math.min(Math.max(y + 8, 24), HEIGHT - 4));
    }
    context.stroke();
    context.restore();
  }

  thumbnail(index, canvas) {
    const sheet = this.sheet(index);
    canvas.width = 144; canvas.height = 88;
    const wide = Math.min(144, (88 * WIDTH) / HEIGHT), high = (wide * HEIGHT) / WIDTH;
    canvas.getContext("2d").drawImage(sheet, (144 - wide) / 2, (88 - high) / 2, wide, high);
  }

  sheet(index) {
    const sheet = document.createElement("canvas");
    sheet.width = WIDTH; sheet.height = HEIGHT;
    this.pages[index].paint(sheet.getContext("2d"));
    return sheet;
  }

  // The pages that hold something: a picture that nobody drew on as it came, all others as PNG.
  async pictures() {
    const found = [];
    for (const [index, page] of this.pages.entries()) {
      if (page.empty) continue;
      if (page.file && !page.strokes.length) { found.push(page.file); continue; }
      const sheet = this.sheet(index);
      if (!blank(sheet)) found.push(await new Promise((done) => sheet.toBlob(done, "image/png")));
    }
    return found;
  }
}

// Whether all that was drawn is rubbed out again.
function blank(sheet) {
  const pixels = new Uint32Array(sheet.getContext("2d").getImageData(0, 0, WIDTH, HEIGHT).data.buffer);
  return pixels.every((pixel) => pixel === 0xffffffff);
}
