// Reads a MIDI file's notes and texts, which are chords: format 0 and 1, with tempo changes. Times are seconds.

export function parseMidi(buffer) {
  const view = new DataView(buffer);
  let at = 0;
  const byte = () => view.getUint8(at++);
  const word = () => { at += 2; return view.getUint16(at - 2); };
  const long = () => { at += 4; return view.getUint32(at - 4); };
  const variable = () => {
    let value = 0, next;
    do { next = byte(); value = (value << 7) | (next & 0x7f); } while (next & 0x80);
    return value;
  };
  if (long() !== 0x4d546864) throw new Error("no MIDI");
  const headed = at + 4 + view.getUint32(at);
  at += 4;
  word();
  const tracks = word(), division = word();
  at = headed;
  const notes = [], texts = [], tempi = [{ tick: 0, micros: 500000 }], names = [];
  for (let track = 0; track < tracks; track++) {
    at += 4;
    const length = long(), end = at + length, open = new Map();
    let tick = 0, status = 0;
    while (at < end) {
      tick += variable();
      if (view.getUint8(at) & 0x80) status = byte();
      const kind = status >> 4;
      if (status === 0xff) {
        const type = byte(), size = variable();
        if (type === 0x51) tempi.push({ tick, micros: (byte() << 16) | (byte() << 8) | byte() });
        else {
          const text = () => new TextDecoder().decode(new Uint8Array(buffer, at, size));
          if (type === 1) texts.push({ tick, text: text() });
          if (type === 3) names[track] = text();
          at += size;
        }
      } else if (status === 0xf0 || status === 0xf7) at += variable();
      else if (kind === 0xc || kind === 0xd) at += 1;
      else {
        const one = byte(), two = byte();
        if (kind === 9 && two) (open.get(one) ?? open.set(one, []).get(one)).push({ track, pitch: one, velocity: two, from: tick });
        else if (kind === 8 || kind === 9) {
          const note = open.get(one)?.shift();
          // Drums have no pitches to show.
          if (note && (status & 15) !== 9) notes.push({ ...note, to: tick });
        }
      }
    }
    at = end;
  }
  tempi.sort((a, b) => a.tick - b.tick);
  const seconds = (tick) => {
    let time = 0, last = tempi[0];
    for (const next of tempi) {
      if (next.tick >= tick) break;
      time += ((next.tick - last.tick) * last.micros) / 1e6 / division;
      last = next;
    }
    return time + ((tick - last.tick) * last.micros) / 1e6 / division;
  };
  return {
    names,
    texts: texts.map(({ tick, text }) => ({ time: seconds(tick), text })),
    notes: notes
      .map((note) => ({ track: note.track, pitch: note.pitch, velocity: note.velocity, start: seconds(note.from), end: seconds(note.to) }))
      .sort((a, b) => a.start - b.start),
  };
}
