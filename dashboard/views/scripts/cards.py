"""The page's few lines of JavaScript: a card that asks to be compared again.

Knows the ``data-act`` marks of dashboard/views/card.py. Everything typed travels as JSON to the
server; what comes back is HTML that was escaped there. No text is ever evaluated here.
"""

from dashboard import wording
from dashboard.views import markup
from dashboard.wording import copying

# Ctrl+Enter or Cmd+Enter in the tweet box presses Compare (Gradio itself knows Shift+Enter).
PAGE = """
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  if (!event.target.closest || !event.target.closest('#td-box')) return;
  event.preventDefault();
  const button = document.querySelector('#td-compare');
  if (button) button.click();
});
"""

_CARDS = """
const cardOf = (node) => node.closest('.td-card');
const box = (card) => card.querySelector('.td-edit');
const words = __WORDS__;

function editing(card, on) {
  card.querySelector('.td-form').hidden = !on;
  card.querySelector('.td-shown').hidden = on;
  if (on) { box(card).focus(); }
}

function say(card, sentence) {
  const place = card.querySelector('.td-card-problem');
  place.textContent = sentence;
  place.hidden = !sentence;
}

function announce(sentence) {
  const live = element.querySelector('[data-role="announce"]');
  if (live) live.textContent = sentence;
}

function replace(card, html, focus) {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  for (const open of card.querySelectorAll('details[open]')) {
    const twin = fresh.querySelector(`details[data-key="${open.dataset.key}"]`);
    if (twin) twin.open = true;
  }
  const had = card.contains(document.activeElement);
  card.replaceWith(fresh);
  const number = Number(fresh.dataset.number);
  fresh.dispatchEvent(new CustomEvent('td-card-replaced', { bubbles: true, detail: { number } }));
  if (had && focus) fresh.querySelector(focus)?.focus();
  announce(words.updated.replace('{number}', fresh.dataset.number));
}

// Only the newest question of a card, asked in the comparison still shown, may answer.
let asked = 0;
const runOf = () => element.querySelector('.td-results')?.dataset.run;

async function compare(card, translation, focus) {
  const run = runOf();
  const ticket = ++asked;
  card.pending = { ticket, translation };
  card.setAttribute('aria-busy', 'true');
  say(card, '');
  const question = {
    number: Number(card.dataset.number),
    text: JSON.parse(card.dataset.text),
    language: card.querySelector('[data-act="language"]').value,
    translation,
  };
  let answer = null;
  try {
    answer = await server.recompare(question);
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  if (!card.isConnected || run !== runOf() || card.pending?.ticket !== ticket) return;
  delete card.pending;
  card.removeAttribute('aria-busy');
  if (answer && answer.html) replace(card, answer.html, focus);
  else say(card, (answer && answer.problem) || words.unreachable);
}

function kept(card) {
  if (card.pending) return card.pending.translation;
  return JSON.parse(card.dataset.edited) ? box(card).defaultValue : null;
}
function explain(card) {
  const detail = {
    text: JSON.parse(card.dataset.text),
    language: card.querySelector('[data-act="language"]').value,
    translation: kept(card),
  };
  window.dispatchEvent(new CustomEvent('td-explain', { detail }));
}
const changed = (card) => box(card).value !== box(card).defaultValue;
const cancel = (card) => { box(card).value = box(card).defaultValue; editing(card, false); };
const update = (card) => {
  if (changed(card)) compare(card, box(card).value, '[data-act="edit"]');
  else { editing(card, false); card.querySelector('[data-act="edit"]').focus(); }
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const card = cardOf(button);
  const act = button.dataset.act;
  if (act === 'edit') editing(card, true);
  if (act === 'cancel') { cancel(card); card.querySelector('[data-act="edit"]').focus(); }
  if (act === 'update') update(card);
  if (act === 'machine') compare(card, null, '[data-act="edit"]');
  if (act === 'copy') copy(card, JSON.parse(card.dataset.markdown), words.copied);
  if (act === 'link') link(card);
  if (act === 'explain') explain(card);
});

// Pressing a button of the form must not count as leaving the field.
element.addEventListener('mousedown', (event) => {
  if (event.target.closest('.td-form button')) event.preventDefault();
});

element.addEventListener('change', (event) => {
  if (!event.target.matches('[data-act="language"]')) return;
  const card = cardOf(event.target);
  compare(card, kept(card), '[data-act="language"]');
});

element.addEventListener('keydown', (event) => {
  if (!event.target.matches('.td-edit')) return;
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    update(cardOf(event.target));
  }
  if (event.key === 'Escape') {
    cancel(cardOf(event.target));
    cardOf(event.target).querySelector('[data-act="edit"]').focus();
  }
});

element.addEventListener('focusout', (event) => {
  if (!event.target.matches('.td-edit')) return;
  const card = cardOf(event.target);
  const within = event.relatedTarget && event.relatedTarget.closest('.td-form');
  if (!within && document.hasFocus() && changed(card)) compare(card, box(card).value, null);
});

// A new comparison reuses the old elements: put their fields back to what the page says.
watch('value', () => {
  for (const field of element.querySelectorAll('.td-edit')) field.value = field.defaultValue;
  for (const list of element.querySelectorAll('[data-act="language"]')) {
    for (const option of list.options) option.selected = option.defaultSelected;
  }
  for (const card of element.querySelectorAll('.td-card')) {
    delete card.pending;
    card.removeAttribute('aria-busy');
    say(card, '');
  }
});
"""
# What leaves the page: a card as Markdown, or an address that asks the same question again.
_COPYING = """
const longest = 8000;  // characters of an address that servers and chats still take

async function copy(card, text, sentence) {
  try {
    await navigator.clipboard.writeText(text);  // missing where the page is no secure context
    copied(card, sentence);
  } catch (problem) {
    byHand(card, text);
  }
}

function copied(card, sentence) {
  const place = card.querySelector('.td-copied');
  place.textContent = sentence;
  announce('');
  setTimeout(() => announce(sentence), 50);  // said anew also where it was said before
  clearTimeout(place.timer);
  place.timer = setTimeout(() => { place.textContent = ''; }, 4000);
}

function byHand(card, text) {
  const back = document.activeElement;
  const dialog = document.createElement('dialog');
  dialog.className = 'td-dialog';
  const label = document.createElement('label');
  label.textContent = words.byHand;
  const field = document.createElement('textarea');
  field.readOnly = true;
  field.rows = 12;
  field.value = text;
  label.append(field);
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'td-button';
  close.textContent = words.close;
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => { dialog.remove(); back?.focus(); });
  dialog.append(label, close);
  element.append(dialog);
  dialog.showModal();
  field.select();
}

function link(card) {
  const query = new URLSearchParams({
    tweet: JSON.parse(card.dataset.text),
    language: card.querySelector('[data-act="language"]').value,
  });
  if (JSON.parse(card.dataset.edited)) query.set('translation', box(card).defaultValue);
  const models = card.closest('.td-results')?.dataset.models;
  if (models) query.set('models', models);
  const address = `${location.origin}${location.pathname}?${query}`;
  if (address.length > longest) say(card, words.tooLong);
  else { say(card, ''); copy(card, address, words.linked); }
}

// Models may be replaced while answers stand here: then it is said whose they are.
document.addEventListener('td-models', (event) => {
  const section = element.querySelector('.td-results');
  const line = section?.querySelector('[data-role="stale"]');
  if (line) line.hidden = section.dataset.models === event.detail.models;
});
"""


def cards() -> str:
    """The script of the results, with its sentences filled in."""
    words = {
        "unreachable": wording.UNREACHABLE,
        "updated": wording.UPDATED,
        "copied": copying.COPIED,
        "linked": copying.LINK_COPIED,
        "byHand": copying.COPY_BY_HAND,
        "close": copying.COPY_CLOSE,
        "tooLong": copying.LINK_TOO_LONG,
    }
    return (_CARDS + _COPYING).replace("__WORDS__", markup.script(words))


def head(stylesheet: str) -> str:
    """What the page's head holds of ours: the style and the one shortcut."""
    return f"<style>{stylesheet}</style><script>{PAGE}</script>"
