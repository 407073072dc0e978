// The piano roll: notes, the drawing faint behind them, and a playhead. Draws what is in sight alone.
// Colours and proportions are those of the picture that mididraw/render makes.

const KEYS = 34, RULER = 40, STRIP = 4, STEPS = 16;
const STEP_WIDTH = 0.375;
const HUE = 263, HUE_PER_FIFTH = 10, MIDDLE_FIFTH = 2;

export class Roll {
  constructor(scroll, canvas, spacer, seek) {
    this.scroll = scroll; this.canvas = canvas; this.spacer = spacer;
    this.notes = []; this.chords = []; this.step = STEP_WIDTH; this.main = new Set(); this.low = 36; this.high = 83; this.length = 1; this.bar = 1; this.zoom = 1;
    this.time = 0; this.sketch = null; this.drawn = 1; this.frames = 0; this.asked = false;
    scroll.addEventListener("scroll", () => this.ask());
    new ResizeObserver(() => this.ask()).observe(scroll);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.ask());
    canvas.addEventListener("click", (event) => {
      const at = event.clientX - canvas.getBoundingClientRect().left + scroll.scrollLeft - KEYS - this.aside;
      if (at >= 0) seek(at / this.scale);
    });
  }

  // seconds: length of the sound; drawn: seconds that the drawing fills; sketch: an address or "";
  // chords: names and times of change, in this key.
  load({ notes, low, high, seconds, drawn, bar, sketch, main, chords = [], key = "C major" }) {
    this.chords = chords.map(({ time, text }, index) => ({
      start: time, end: chords[index + 1]?.time ?? drawn, name: text, hue: hueOf(text, key),
    }));
    this.notes = notes; this.length = Math.max(seconds, drawn); this.drawn = drawn; this.bar = bar; this.main = main;
    this.low = Math.min(low, ...notes.map((note) => note.pitch));
    this.high = Math.max(high, ...notes.map((note) => note.pitch));
    this.range = [low, high];
    this.longest = Math.max(0, ...notes.map((note) => note.end - note.start));
    this.sketch = null; this.step = STEP_WIDTH;
    if (sketch) {
      const image = new Image();
      image.onload = () => {
        this.sketch = masked(image);
        // A step is so many rows wide as it is in the drawing: a circle is a circle.
        this.step = (image.width / ((drawn / bar) * STEPS)) / (image.height / (high - low + 1));
        this.ask();
      };
      image.src = sketch;
    }
    this.zoom = 1; this.time = 0; this.scroll.scrollLeft = 0;
    this.ask();
  }

  // A row's height: the whole piece in sight, as high as its place allows.
  get row() {
    const rows = this.high - this.low + 1, steps = (this.length / this.bar) * STEPS;
    const highest = Math.min(Math.max(0.62 * innerHeight, 220), 520) - RULER;
    return Math.min(highest / rows, Math.max(this.scroll.clientWidth - KEYS, 1) / (steps * this.step));
  }

  // Pixels a second.
  get scale() { return (this.zoom * this.row * this.step * STEPS) / this.bar; }

  // What is free on either side of a piece that is narrower than its place.
  get aside() { return Math.max((this.scroll.clientWidth - KEYS - this.scale * this.length) / 2, 0); }

  chordAt(time) { return this.chords.findLast((chord) => chord.start <= time + 0.01); }

  zoomed(factor) {
    const middle = (this.scroll.scrollLeft + this.scroll.clientWidth / 2 - KEYS) / this.scale;
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), 16);
    this.spacer.style.width = `${KEYS + this.scale * this.length}px`;
    this.scroll.scrollLeft = middle * this.scale - this.scroll.clientWidth / 2 + KEYS;
    this.ask();
  }

  // Move the playhead; a playing one stays in sight.
  at(time, follow) {
    this.time = time;
    const x = KEYS + this.aside + time * this.scale - this.scroll.scrollLeft;
    if (follow && this.zoom > 1 && (x > this.scroll.clientWidth * 0.85 || x < KEYS)) {
      this.scroll.scrollLeft = time * this.scale - this.scroll.clientWidth * 0.15;
    }
    this.ask();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); this.frames++; });
  }

  draw() {
    const { canvas, scroll } = this, ratio = devicePixelRatio || 1, row = this.row;
    scroll.style.height = `${RULER + row * (this.high - this.low + 1) + scroll.offsetHeight - scroll.clientHeight}px`;
    const width = scroll.clientWidth, height = scroll.clientHeight;
    if (!width || !height) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    }
    const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
    this.spacer.style.width = `${KEYS + this.scale * this.length}px`;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colour("--roll");
    context.fillRect(0, 0, width, height);
    const scale = this.scale, left = KEYS + this.aside - scroll.scrollLeft;
    const y = (pitch) => RULER + (this.high - pitch) * row, x = (time) => left + time * scale;
    context.save();
    context.beginPath(); context.rect(KEYS, 0, width - KEYS, height); context.clip();
    context.strokeStyle = colour("--line"); context.fillStyle = colour("--dim"); context.font = "11px system-ui"; context.lineWidth = 1;
    context.beginPath();
    for (let pitch = this.low; pitch <= this.high + 1; pitch++) {
      if (pitch % 12 === 0) { context.moveTo(KEYS, y(pitch - 1)); context.lineTo(width, y(pitch - 1)); }
    }
    const every = this.bar * scale < 26 ? 4 : 1;
    for (let bar = 0; bar * this.bar <= this.length + 0.01; bar += every) {
      context.moveTo(x(bar * this.bar), RULER); context.lineTo(x(bar * this.bar), height);
      if (bar * this.bar < this.drawn - 0.01) context.fillText(String(bar + 1), x(bar * this.bar) + 3, 13);
    }
    context.stroke();
    const [soft, loud, chroma] = ["--note-soft", "--note-loud", "--note-chroma"].map((name) => Number(colour(name)));
    const shade = (velocity, hue) => `oklch(${soft + (loud - soft) * Math.min(Math.max((velocity - 40) / 72, 0), 1)} ${chroma} ${hue})`;
    let free = -Infinity;
    for (const chord of this.chords) {
      context.fillStyle = shade(127, chord.hue);
      context.fillRect(x(chord.start), RULER - STRIP - 1, (chord.end - chord.start) * scale - 1, STRIP);
      context.fillStyle = colour("--text");
      if (x(chord.start) < free) continue;
      context.fillText(chord.name, x(chord.start) + 3, 29);
      free = x(chord.start) + context.measureText(chord.name).width + 8;
    }
    if (this.sketch) {
      context.globalAlpha = Number(colour("--ghost"));
      const top = y(this.range[1]), bottom = y(this.range[0] - 1);
      context.drawImage(this.sketch, x(0), top, this.drawn * scale, bottom - top);
      context.globalAlpha = 1;
    }
    const from = -left / scale + KEYS / scale, to = from + width / scale;
    const others = colour("--other"), lit = colour("--lit");
    const paint = (front) => {
      for (const note of this.notes) {
        if (note.start > to) break;
        if (note.end < from || this.main.has(note.track) !== front) continue;
        const sounds = note.start <= this.time && this.time < note.end;
        context.fillStyle = !front ? others : sounds ? lit : shade(note.velocity, note.hue ??= this.chordAt(note.start)?.hue ?? HUE);
        const wide = Math.max((note.end - note.start) * scale - 1, 2), high = Math.max(row - 1, 2);
        context.beginPath();
        context.roundRect(x(note.start), y(note.pitch), wide, high, Math.min(3, wide / 2, high / 2));
        context.fill();
      }
    };
    // What plays beside the drawing lies behind it.
    paint(false); paint(true);
    context.fillStyle = colour("--accent");
    context.fillRect(x(this.time) - 1, 0, 2, height);
    context.restore();
    for (let pitch = this.low; pitch <= this.high; pitch++) {
      const black = [1, 3, 6, 8, 10].includes(pitch % 12);
      context.fillStyle = black ? "#2a2f3a" : "#e8ebf1";
      context.fillRect(0, y(pitch), black ? KEYS * 0.65 : KEYS - 2, Math.max(row - 0.5, 1));
      if (pitch % 12 === 0 && row > 3) {
        context.fillStyle = "#333a47"; context.font = `${Math.min(10, row * 2)}px system-ui`;
        context.fillText(`C${pitch / 12 - 1}`, KEYS - 19, y(pitch) + row);
      }
    }
  }
}

// A chord's hue: the nearer to each other on the circle of fifths, the more alike.
export function hueOf(chord, key) {
  const [tonic, mode] = key.split(" "), major = pitchClass(tonic) + (mode === "major" ? 0 : 3);
  const fifths = modulo(7 * (pitchClass(chord) - major) + 3, 12) - 3;
  return HUE + HUE_PER_FIFTH * (fifths - MIDDLE_FIFTH);
}

const modulo = (value, by) => ((value % by) + by) % by;

function pitchClass(name) {
  const [, letter, accidental] = /^([A-G])([#b]?)/.exec(name);
  return { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }[letter] + { "#": 1, b: -1, "": 0 }[accidental];
}

// White ink on black becomes ink on nothing, in the colour of the notes' edge.
function masked(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    pixels.data[i + 3] = pixels.data[i];
    pixels.data[i] = pixels.data[i + 1] = pixels.data[i + 2] = 128;
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
