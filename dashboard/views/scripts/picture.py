"""Of the Explain results' script the part that draws an explanation on a canvas.

Knows the values of dashboard/views/explained/picture.py: nothing is read from the page, nothing is
fetched, so the canvas stays clean. Light colours, whatever the page shows, since pictures end up
in papers and slides.
"""

SCRIPT = """
// --- the picture: a list of strokes with the height that they took, so that the canvas fits

const fonts = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Color Emoji"';
const font = (size, weight = 400) => `${weight} ${size}px ${fonts}, sans-serif`;
const MOST_PIXELS = 16_000;  // of one edge: what browsers are sure to draw

function mixed(colour, share, ground) {
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const [over, under] = [parts(colour), parts(ground)];
  return `rgb(${over.map((part, i) => Math.round(part * share + under[i] * (1 - share)))})`;
}

function wavy(paint, x, y, width, colour) {
  paint.strokeStyle = colour;
  paint.lineWidth = 1.5;
  paint.beginPath();
  for (let at = 0; at <= width; at += 1) {
    const up = y + Math.sin(at * 1.05) * 1.5;
    if (at) paint.lineTo(x + at, up); else paint.moveTo(x, up);
  }
  paint.stroke();
}

// Words of one text, wrapped; returns the height that they took.
function drawWords(paint, list, x, y, width, colours) {
  const line = 27;
  let [left, top] = [0, 0];
  for (const [text, strength, mark] of list) {
    const size = Math.abs(strength ?? 0);
    paint.font = font(16, size >= 0.5 ? 650 : 400);
    for (const shown of pieces(paint, text, width)) {
      const wide = paint.measureText(shown).width;
      if (left && left + wide > width) { left = 0; top += line; }
      const [px, py] = [x + left, y + top];
      const colour = strength > 0 ? colours.for : colours.against;
      if (size >= 0.05) {
        paint.fillStyle = mixed(colour, size * 0.6, colours.card);
        paint.fillRect(px - 2, py, wide + 4, 22);
      }
      if (mark) { paint.fillStyle = colours.ink; paint.fillRect(px, py + 22, wide, 2.5); }
      if (size >= 0.05 && strength < 0) wavy(paint, px, py + 19, wide, colour);
      paint.fillStyle = strength === null ? colours.soft : colours.ink;
      paint.fillText(shown, px, py + 16);
      left += wide + 7;
    }
  }
  return top + line;
}

// A word in parts that fit the line; an emoji of several characters stays whole.
function pieces(paint, text, width) {
  if (paint.measureText(text).width <= width) return [text];
  const parts = [];
  let now = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (now && paint.measureText(now + segment).width > width) { parts.push(now); now = ''; }
    now += segment;
  }
  return [...parts, now];
}

function drawText(paint, text, x, y, width, line) {
  let [now, top] = ['', 0];
  for (const word of text.split(' ')) {
    const longer = now ? `${now} ${word}` : word;
    if (now && paint.measureText(longer).width > width) {
      paint.fillText(now, x, y + top);
      now = word;
      top += line;
    } else now = longer;
  }
  paint.fillText(now, x, y + top);
  return top + line;
}

function drawSide(paint, side, x, y, width, colours) {
  let at = y;
  paint.font = font(12, 650);
  paint.fillStyle = colours.soft;
  at += drawText(paint, side.head.toUpperCase(), x, at + 12, width, 22);
  paint.fillStyle = side.colour;
  paint.fillRect(x, at + 3, 14, 14);
  paint.fillStyle = colours.ink;
  paint.font = font(18, 650);
  at += drawText(paint, side.answer, x + 22, at + 16, width - 22, 26);
  paint.font = font(13);
  paint.fillStyle = colours.soft;
  at += drawText(paint, side.target, x, at + 12, width, 30);
  for (const method of side.methods) {
    const held = { holds: '✓', doubtful: '~', fails: '✗', none: '' }[method.kind];
    paint.font = font(13, 650);
    paint.fillStyle = colours.ink;
    paint.fillText(method.title, x, at + 12);
    const wide = paint.measureText(method.title).width;
    paint.font = font(13);
    paint.fillStyle = { holds: colours.good, fails: colours.bad }[method.kind] || colours.soft;
    paint.fillText(`${held} ${method.verdict}`, x + wide + 10, at + 12);
    at += 22;
    at += drawWords(paint, method.words, x, at, width, colours) + 12;
  }
  return at - y;
}

// Everything; returns the height. Called twice: to measure, then to draw.
function drawAll(paint, picture, width) {
  const { colours, sides } = picture;
  const edge = 32;
  const gap = 36;
  const wide = (width - 2 * edge - gap * (sides.length - 1)) / sides.length;
  let at = edge;
  paint.fillStyle = colours.ink;
  paint.font = font(22, 650);
  at += drawText(paint, picture.title, edge, at + 20, width - 2 * edge, 30) + 10;
  const taken = sides.map(
    (side, i) => drawSide(paint, side, edge + i * (wide + gap), at, wide, colours));
  at += Math.max(...taken) + 6;
  const scale = [[picture.legend[0], -0.8, 0], [picture.legend[1], 0.8, 0],
    [picture.legend[2], 0, 1]];
  at += drawWords(paint, scale, edge, at, width - 2 * edge, colours) + 8;
  paint.font = font(12);
  paint.fillStyle = colours.soft;
  at += drawText(paint, picture.scale, edge, at + 12, width - 2 * edge, 18);
  at += drawText(paint, picture.foot, edge, at + 12, width - 2 * edge, 18);
  return at + edge - 8;
}

async function drawn(picture) {
  const width = picture.sides.length > 1 ? 1200 : 760;
  const canvas = document.createElement('canvas');
  const paint = canvas.getContext('2d');
  const height = Math.ceil(drawAll(paint, picture, width));
  const scale = Math.min(2, MOST_PIXELS / height);
  if (scale < 0.5) return null;
  canvas.width = width * scale;
  canvas.height = height * scale;
  paint.scale(scale, scale);
  paint.fillStyle = picture.colours.card;
  paint.fillRect(0, 0, width, height);
  drawAll(paint, picture, width);
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}
"""
