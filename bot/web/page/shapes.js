// Shapes, filled areas and texts: what is drawn with fewer gestures than points.

const TURNS = 64, DARK = 128;
const FONT = (size) => `${size}px system-ui, "Noto Sans CJK SC", sans-serif`;

// The corner opposite to where a shape began; an even one makes squares and circles.
function corner([x, y], [toX, toY], even) {
  const wide = toX - x, high = toY - y, side = Math.max(Math.abs(wide), Math.abs(high));
  return even ? [x + Math.sign(wide) * side, y + Math.sign(high) * side] : [toX, toY];
}

const OUTLINES = {
  line([x, y], [toX, toY], even) {
    if (even) {
      // To the next eighth of a turn.
      const turn = (Math.round((Math.atan2(toY - y, toX - x) / Math.PI) * 4) * Math.PI) / 4, long = Math.hypot(toX - x, toY - y);
      [toX, toY] = [x + long * Math.cos(turn), y + long * Math.sin(turn)];
    }
    return { straight: true, points: [[x, y, 1], [toX, toY, 1]] };
  },
  rectangle(from, to, even) {
    const [x, y] = from, [toX, toY] = corner(from, to, even);
    return { straight: true, points: [[x, y, 1], [toX, y, 1], [toX, toY, 1], [x, toY, 1], [x, y, 1]] };
  },
  ellipse(from, to, even) {
    const [x, y] = from, [toX, toY] = corner(from, to, even), wide = (toX - x) / 2, high = (toY - y) / 2;
    return { straight: true, points: Array.from({ length: TURNS + 1 }, (_, index) => {
      const turn = (index / TURNS) * 2 * Math.PI;
      return [x + wide * (1 - Math.cos(turn)), y + high * (1 - Math.sin(turn)), 1];
    }) };
  },
};

// How a tool makes points of the two corners of a shape; undefined for other tools.
export const outlined = (tool) => OUTLINES[tool];

// The paper around a point up to the ink, as a stroke of runs: y, x, x after the last, and so on.
// null where it is ink already, or the outline lets it run to the edge.
export function flood({ data, width, height }, x, y) {
  const pixels = new Uint32Array(data.buffer);
  const light = (at) => ((pixels[at] & 255) + ((pixels[at] >> 8) & 255) + ((pixels[at] >> 16) & 255)) / 3 > DARK;
  const taken = new Uint8Array(width * height), line = [[x, y]], runs = [];
  const bounds = [width, height, 0, 0];
  while (line.length) {
    const [seed, row] = line.pop();
    if (row < 0 || row >= height || seed < 0 || seed >= width) return null;
    const start = row * width;
    if (taken[start + seed] || !light(start + seed)) continue;
    let left = seed, right = seed + 1;
    while (left > 0 && light(start + left - 1)) left--;
    while (right < width && light(start + right)) right++;
    if (left === 0 || right === width) return null;
    taken.fill(1, start + left, start + right);
    // A pixel more, under the ink's soft edge.
    runs.push(row, left - 1, right + 1);
    bounds[0] = Math.min(bounds[0], left); bounds[1] = Math.min(bounds[1], row);
    bounds[2] = Math.max(bounds[2], right); bounds[3] = Math.max(bounds[3], row + 1);
    for (const next of [row - 1, row + 1]) {
      for (let at = left; at < right; at++) {
        if (next < 0 || next >= height) return null;
        const here = next * width + at;
        if (!taken[here] && light(here) && (at === left || !light(here - 1) || taken[here - 1])) line.push([at, next]);
      }
    }
  }
  return runs.length ? { runs: new Int16Array(runs), points: corners(bounds) } : null;
}

export function paintRuns(context, runs) {
  context.fillStyle = "#000";
  for (let i = 0; i < runs.length; i += 3) context.fillRect(runs[i + 1], runs[i] - 0.5, runs[i + 2] - runs[i + 1], 2);
}

// A text whose upper left corner is given, size pixels high; where it would leave the page it is moved,
// and made smaller if it is wider than the page.
export function text(context, words, x, y, size, [width, height]) {
  context.save();
  context.font = FONT(size);
  const share = Math.min(width / context.measureText(words).width, 1), wide = Math.min(context.measureText(words).width, width);
  context.restore();
  const left = Math.max(Math.min(x, width - wide), 0), top = Math.max(Math.min(y, height - size * share * 1.2), 0);
  return { text: words, size: size * share, points: corners([left, top, left + wide, top + size * share * 1.2]) };
}

export function paintText(context, { text: words, size, points: [[x, y]] }) {
  context.save();
  context.font = FONT(size); context.textBaseline = "top"; context.fillStyle = "#000";
  context.fillText(words, x, y);
  context.restore();
}

const corners = ([left, top, right, bottom]) => [[left, top, 1], [right, bottom, 1]];
