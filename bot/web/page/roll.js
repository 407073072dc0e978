// The piano roll: notes in their chords' colours, the drawing faint behind them in its own
// proportions, and a playhead. What stands still is painted once, on tiles; a frame lays tiles.

import { css, fifths, mix, note as noteColour } from "./colours.js";

const KEYS = 38, BARS = 18, CHORDS = 26, HEAD = BARS + CHORDS;
const TILE = 512, MOST_TILES = 48, CLOSEST = 40, LOWEST = 220;
const BLACK = new Set([1, 3, 6, 8, 10]);
// Width of a step over the height of a row, where no drawing tells.
const STEP = 0.375;

export class Roll {
  constructor(scroll, canvas, spacer, palettes, seek) {
    Object.assign(this, { scroll, canvas, spacer, palettes });
    this.notes = []; this.chords = []; this.low = 36; this.high = 83; this.range = [36, 83]; this.length = 1; this.bar = 1; this.drawn = 1;
    this.zoom = 1; this.time = 0; this.sketch = null; this.tiles = new Map(); this.frames = 0; this.asked = false;
    this.following = true; this.onfollow = () => {};
    scroll.addEventListener("scroll", () => this.ask());
    // Who moves the roll by hand wants to look elsewhere.
    for (const name of ["wheel", "touchmove", "keydown"]) scroll.addEventListener(name, () => { this.follows = false; }, { passive: true });
    new ResizeObserver(() => this.changed()).observe(scroll);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", () => this.changed());
    matchMedia("(resolution: 1dppx)").addEventListener("change", () => this.changed());
    canvas.addEventListener("click", (event) => {
      const at = event.offsetX - KEYS - this.left + scroll.scrollLeft;
      if (event.offsetX >= KEYS) seek(Math.min(Math.max(at / this.scale, 0), this.length));
    });
  }

  get follows() { return this.following; }
  set follows(on) { if (on !== this.following) { this.following = on; this.onfollow(on); } }

  // seconds: length of the sound; drawn: seconds that the drawing fills; sketch: an address or "".
  load({ notes, chords = [], key = "", low, high, seconds, drawn, bar, sketch, main }) {
    this.length = Math.max(seconds, drawn, 0.1); this.drawn = drawn; this.bar = bar; this.main = main; this.range = [low, high];
    this.chords = chords.filter((one, index) => one.name !== chords[index - 1]?.name)
      .map((one, index, all) => ({ ...one, end: all[index + 1]?.start ?? drawn, place: fifths(key, one.name) }));
    let at = 0;
    this.notes = notes.map((one) => {
      while (this.chords[at + 1]?.start <= one.start + 0.03) at++;
      return { ...one, place: this.chords[at]?.place };
    });
    this.low = notes.reduce((least, one) => Math.min(least, one.pitch), low);
    this.high = notes.reduce((most, one) => Math.max(most, one.pitch), high);
    this.longest = notes.reduce((most, one) => Math.max(most, one.end - one.start), 0);
    this.ratio = (16 / bar) * STEP;
    this.sketch = null; this.zoom = 1; this.time = 0; this.scroll.scrollLeft = this.scroll.scrollTop = 0;
    this.follows = true;
    this.changed();
    if (sketch) {
      const image = new Image();
      image.onload = () => {
        // The sketch has the drawing's own proportions, a circle in it is one.
        this.ratio = Math.min(Math.max(((high - low + 1) * image.width) / image.height / drawn, 0.5), 200);
        this.sketch = masked(image);
        this.changed();
      };
      image.src = sketch;
    }
  }

  // Sizes, all in pixels of the page: of a row, of a second, of what there is and what is in sight.
  changed() {
    const { scroll, spacer } = this, most = Math.max(LOWEST, Math.min(innerHeight * 0.62, 640));
    const rows = this.high - this.low + 1, wide = Math.max(scroll.clientWidth - KEYS, 50);
    this.whole = Math.min((most - HEAD) / rows, (wide - 16) / this.length / this.ratio);
    this.row = Math.min(this.whole * this.zoom, CLOSEST);
    this.scale = this.row * this.ratio;
    const height = Math.round(Math.min(Math.max(rows * this.whole + HEAD, LOWEST), most));
    scroll.style.height = `${height + scroll.offsetHeight - scroll.clientHeight}px`;
    const inside = height - HEAD, music = this.scale * this.length + 16;
    this.left = Math.max((wide - music) / 2, 0) + 8;
    this.width = Math.max(music, wide); this.height = Math.max(rows * this.row, inside);
    // Rows above and below, where the music does not fill the height.
    this.top = (this.height - rows * this.row) / 2;
    spacer.style.width = `${KEYS + this.width}px`; spacer.style.height = `${HEAD + this.height}px`;
    this.tiles.clear();
    this.ask();
  }

  zoomed(factor) {
    const { scroll } = this, middle = (scroll.scrollLeft + (scroll.clientWidth - KEYS) / 2 - this.left) / this.scale;
    const centre = (scroll.scrollTop + (scroll.clientHeight - HEAD) / 2) / this.height;
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), Math.max(CLOSEST / this.whole, 1));
    this.changed();
    scroll.scrollLeft = middle * this.scale + this.left - (scroll.clientWidth - KEYS) / 2;
    scroll.scrollTop = centre * this.height - (scroll.clientHeight - HEAD) / 2;
  }

  // Move the playhead; where it is followed, the roll glides under it.
  at(time, playing) {
    this.time = time; this.playing = playing;
    if (playing && this.follows) this.scroll.scrollLeft = this.left + time * this.scale - (this.scroll.clientWidth - KEYS) * 0.4;
    this.ask();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); this.frames++; });
  }

  x(time) { return this.left + time * this.scale; }
  y(pitch) { return this.top + (this.high - pitch) * this.row; }

  draw() {
    const { canvas, scroll } = this, ratio = devicePixelRatio || 1, width = scroll.clientWidth, height = scroll.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    }
    // Telegram sets a scheme of its own.
    const scheme = document.documentElement.style.colorScheme || (this.dark.matches ? "dark" : "light");
    if (this.palette !== this.palettes[scheme]) { this.palette = this.palettes[scheme]; this.tiles.clear(); }
    const { palette } = this, context = canvas.getContext("2d"), left = scroll.scrollLeft, top = scroll.scrollTop;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = css(palette.window);
    context.fillRect(0, 0, width, height);
    const lay = (name, x, y, wide, high, paint) => {
      const tile = this.tile(name, wide, high, ratio, paint);
      context.drawImage(tile, x, y, wide, high);
    };
    const across = [];
    for (let i = Math.floor(left / TILE); i * TILE < left + width - KEYS; i++) across.push(i);
    for (let j = Math.floor(top / TILE); j * TILE < top + height - HEAD; j++) {
      for (const i of across) lay(`${i} ${j}`, KEYS + i * TILE - left, HEAD + j * TILE - top, TILE, TILE, (on) => this.paintNotes(on, i * TILE, j * TILE));
    }
    context.save();
    context.beginPath(); context.rect(KEYS, HEAD, width - KEYS, height - HEAD); context.clip();
    context.translate(KEYS - left, HEAD - top);
    if (this.playing || this.time) for (const one of this.within(this.time, this.time)) if (this.time < one.end) this.block(context, one, this.lit(one));
    context.restore();
    for (const i of across) lay(`head ${i}`, KEYS + i * TILE - left, 0, TILE, HEAD, (on) => this.paintHead(on, i * TILE));
    const at = KEYS + this.x(this.time) - left;
    context.fillStyle = css(palette.accent);
    context.fillRect(at - 1, BARS, 2, height - BARS);
    for (let j = Math.floor(top / TILE); j * TILE < top + height - HEAD; j++) lay(`keys ${j}`, 0, HEAD + j * TILE - top, KEYS, TILE, (on) => this.paintKeys(on, j * TILE));
    context.fillStyle = css(palette.ruler);
    context.fillRect(0, 0, KEYS, HEAD);
  }

  tile(name, width, height, ratio, paint) {
    let tile = this.tiles.get(name);
    if (!tile) {
      tile = document.createElement("canvas");
      tile.width = Math.ceil(width * ratio); tile.height = Math.ceil(height * ratio);
      const context = tile.getContext("2d");
      context.scale(ratio, ratio);
      paint(context);
      if (this.tiles.size >= MOST_TILES) this.tiles.delete(this.tiles.keys().next().value);
    } else this.tiles.delete(name);
    // The ones that were in sight last are kept.
    this.tiles.set(name, tile);
    return tile;
  }

  // The notes that sound between two moments, in the order of their onsets.
  within(from, to) {
    let low = 0, high = this.notes.length;
    while (low < high) { const middle = (low + high) >> 1; if (this.notes[middle].start < from - this.longest) low = middle + 1; else high = middle; }
    const found = [];
    for (; low < this.notes.length && this.notes[low].start <= to; low++) if (this.notes[low].end >= from) found.push(this.notes[low]);
    return found;
  }

  colour(one) { return this.main.has(one.track) ? noteColour(this.palette, one.velocity, one.place) : this.palette.backing; }
  lit(one) { return mix(this.colour(one), this.palette.text, this.main.has(one.track) ? 0.72 : 0.6); }

  block(context, one, colour) {
    const wide = Math.max((one.end - one.start) * this.scale - 1, 2), high = Math.max(this.row - (this.row < 8 ? 0.5 : 1), 1.5);
    context.fillStyle = css(colour);
    context.beginPath();
    context.roundRect(this.x(one.start), this.y(one.pitch), wide, high, Math.min(3.5, wide / 3, high / 3));
    context.fill();
  }

  paintNotes(context, left, top) {
    const { palette } = this, from = (left - this.left) / this.scale, to = from + TILE / this.scale;
    context.translate(-left, -top);
    const highest = Math.min(this.high + Math.ceil(this.top / this.row), 127), lowest = Math.max(this.low - Math.ceil(this.top / this.row), 0);
    const start = this.x(0), end = this.x(this.drawn);
    for (let pitch = lowest; pitch <= highest; pitch++) {
      const y = this.y(pitch), black = BLACK.has(pitch % 12);
      if (y > top + TILE || y + this.row < top) continue;
      context.fillStyle = css(black ? palette.black_outside : palette.white_outside);
      context.fillRect(left, y, TILE, this.row + 0.5);
      if (pitch < this.range[0] || pitch > this.range[1]) continue;
      context.fillStyle = css(black ? palette.black_lane : palette.white_lane);
      context.fillRect(start, y, end - start, this.row + 0.5);
    }
    const beat = this.bar / 4;
    for (const [every, colour] of [[beat, palette.beat_line], [this.bar, palette.bar_line]]) {
      if (every * this.scale < 8) continue;
      context.fillStyle = css(colour);
      for (let time = Math.max(0, Math.floor(from / every) * every); time <= Math.min(to, this.drawn + 0.01); time += every) context.fillRect(Math.round(this.x(time)), top, 1, TILE);
    }
    if (this.sketch) {
      context.globalAlpha = palette.ghost_share;
      const above = this.y(this.range[1]);
      context.drawImage(this.tinted(), start, above, this.drawn * this.scale, this.y(this.range[0] - 1) - above);
      context.globalAlpha = 1;
    }
    const notes = this.within(from, to);
    for (const mine of [false, true]) for (const one of notes) if (this.main.has(one.track) === mine) this.block(context, one, this.colour(one));
  }

  // Numbers of bars, and chords' names over strips of their colours, as far as there is room.
  paintHead(context, left) {
    const { palette } = this;
    context.fillStyle = css(palette.ruler);
    context.fillRect(0, 0, TILE, HEAD);
    context.translate(-left, 0);
    context.textBaseline = "middle";
    context.font = "11px system-ui"; context.fillStyle = css(palette.quiet_text);
    let every = 1;
    while (every * this.bar * this.scale < 26) every *= 2;
    for (let bar = 0; bar * this.bar < this.drawn - 0.01; bar += every) context.fillText(String(bar + 1), this.x(bar * this.bar) + 3, BARS / 2 + 1);
    context.font = "600 13px system-ui";
    let free = -Infinity;
    for (const chord of this.chords) {
      const x = this.x(chord.start), wide = context.measureText(chord.name).width;
      if (x > left + TILE + 50) break;
      context.fillStyle = css(noteColour(palette, 127, chord.place));
      context.fillRect(x, HEAD - 5, this.x(chord.end) - x - 1, 5);
      if (x < free) continue;
      context.fillStyle = css(palette.text);
      context.fillText(chord.name, x + 3, BARS + (CHORDS - 5) / 2);
      free = x + wide + 8;
    }
  }

  paintKeys(context, top) {
    const { palette, row } = this;
    context.fillStyle = css(palette.white_key);
    context.fillRect(0, 0, KEYS - 2, TILE);
    context.fillStyle = css(palette.key_line);
    context.fillRect(KEYS - 2, 0, 2, TILE);
    context.translate(0, -top);
    context.textBaseline = "middle"; context.textAlign = "right";
    context.font = `${Math.min(10, Math.max(row * 1.6, 8))}px system-ui`;
    for (let pitch = 0; pitch < 128; pitch++) {
      const y = this.y(pitch);
      if (y > top + TILE || y + row < top) continue;
      context.fillStyle = css(palette.black_key);
      if (BLACK.has(pitch % 12)) context.fillRect(0, y, KEYS * 0.56, row);
      else if (pitch % 12 === 0 || pitch % 12 === 5) { context.fillStyle = css(palette.key_line); context.fillRect(0, y + row - 0.5, KEYS - 2, 1); }
      if (pitch % 12 === 0) { context.fillStyle = css(palette.key_text); context.fillText(`C${pitch / 12 - 1}`, KEYS - 4, y + row / 4); }
    }
  }

  tinted() {
    if (this.sketch.tint !== this.palette) {
      const context = this.sketch.getContext("2d");
      context.globalCompositeOperation = "source-in";
      context.fillStyle = css(this.palette.ghost);
      context.fillRect(0, 0, this.sketch.width, this.sketch.height);
      this.sketch.tint = this.palette;
    }
    return this.sketch;
  }
}

// White ink on black becomes ink on nothing.
function masked(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height);
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i + 3] = pixels.data[i];
  context.putImageData(pixels, 0, 0);
  return canvas;
}
