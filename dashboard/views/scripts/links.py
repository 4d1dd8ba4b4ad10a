"""The script that lights up linked words: on pointing, on a tap, and by the arrow keys.

Knows the marks ``.td-linked`` with ``data-links``, ``data-side`` and ``data-w``. Stands in a block
of its own behind any script of a gr.HTML, here and in the Explain tab; its names are all ``const``,
since a plain function would leak out of the block. Words are only ever moved as ``textContent``.
"""

from dashboard.views import markup
from dashboard.wording import links as links_words

_SCRIPT = """
{
const words = __WORDS__;
const rootOf = (node) => node?.closest?.('.td-linked');
const sideOf = (node) => node?.closest?.('.td-linked [data-side]');
const wordOf = (node) => (sideOf(node) ? node.closest('[data-w]') : null);
const shownIn = (root, side, place) =>
  [...root.querySelectorAll(`[data-side="${side}"] [data-w="${place}"]`)];

let held = null;  // chosen by key, tap or focus; stays when the pointer leaves
let over = null;  // under the pointer
let lit = [];

const parsed = new WeakMap();
const pairsOf = (root) => {
  const text = root.dataset.links;
  if (parsed.get(root)?.text !== text) parsed.set(root, { text, pairs: JSON.parse(text) });
  return parsed.get(root).pairs;
};

// The same word wherever its side is drawn, and its partners on the other side.
const found = (word) => {
  const [root, side, place] = [rootOf(word), sideOf(word).dataset.side, Number(word.dataset.w)];
  const [own, other] = side === 'source' ? [0, 1] : [1, 0];
  const places = pairsOf(root).filter((pair) => pair[own] === place).map((pair) => pair[other]);
  const there = side === 'source' ? 'english' : 'source';
  return {
    twins: shownIn(root, side, place),
    partners: places.flatMap((one) => shownIn(root, there, one)),
  };
};

const draw = () => {
  for (const word of lit) word.classList.remove('td-partner-own', 'td-partner');
  const word = [over, held].find((one) => one?.isConnected && rootOf(one));
  if (!word) { lit = []; return; }
  const { twins, partners } = found(word);
  for (const one of twins) one.classList.add('td-partner-own');
  for (const one of partners) one.classList.add('td-partner');
  lit = [...twins, ...partners];
};

const hold = (word) => { held = word; draw(); };

// Into view within a text that scrolls; the page itself stays where it is.
const reveal = (word) => {
  const box = sideOf(word);
  if (box.scrollHeight <= box.clientHeight) return;
  const [outer, inner] = [box.getBoundingClientRect(), word.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
};

const say = (word, partners) => {
  const place = rootOf(word).querySelector('[data-role="linked"]');
  if (!place) return;
  const texts = [...new Set(partners.map((one) => one.dataset.w))].map(
    (one) => partners.find((partner) => partner.dataset.w === one).textContent);
  const sentence = texts.length ? words.linked : words.alone;
  place.textContent = sentence.replace('{word}', () => word.textContent)
    .replace('{partners}', () => texts.join(' '));
};

const step = (box, key) => {
  const all = [...box.querySelectorAll('[data-w]')];
  if (!all.length) return;
  const turned = getComputedStyle(box).direction === 'rtl';
  const now = all.indexOf(held);
  const ahead = (key === 'ArrowRight') !== turned;
  const last = all.length - 1;
  const next = now < 0 ? (ahead ? 0 : last) : Math.min(Math.max(now + (ahead ? 1 : -1), 0), last);
  const place = key === 'Home' ? 0 : key === 'End' ? last : next;
  hold(all[place]);
  const { partners } = found(held);
  [held, ...partners].forEach(reveal);
  say(held, partners);
};

element.addEventListener('pointerover', (event) => {
  if (event.pointerType === 'touch') return;
  const word = wordOf(event.target);
  if (word !== over) { over = word; draw(); }
});
element.addEventListener('pointerleave', () => { over = null; draw(); });

// A tap lights a word; on it again, or anywhere else, puts it out.
document.addEventListener('click', (event) => {
  const word = element.contains(event.target) ? wordOf(event.target) : null;
  const again = word === held && document.activeElement !== word;
  if (word || held) hold(again ? null : word);
});

element.addEventListener('keydown', (event) => {
  const box = event.target;
  if (!box.matches('.td-linked [data-side]')) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) {
    event.preventDefault();
    step(box, event.key);
  }
  if (event.key === 'Escape' && held) hold(null);
});
element.addEventListener('focusin', (event) => {
  const word = event.target.matches('[data-w]') ? wordOf(event.target) : null;
  if (word) hold(word);
});
element.addEventListener('focusout', (event) => {
  if (held && !rootOf(held)?.contains(event.relatedTarget)) hold(null);
});

watch('value', () => { over = null; hold(null); });
}
"""


def links() -> str:
    """The script, with its sentences filled in."""
    words = {"linked": links_words.LINKED_WORDS, "alone": links_words.NO_PARTNER}
    return _SCRIPT.replace("__WORDS__", markup.script(words))
