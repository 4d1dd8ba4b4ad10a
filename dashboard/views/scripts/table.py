"""The results' other lines of JavaScript: sort, filter and open rows.

Knows the ``data-`` marks of dashboard/views/table.py; files and links are tools.py.
Appended to the script of the cards (cards.py) in a block of its own; the two meet in one event
only, td-card-replaced with the card's number. No text is ever evaluated: what the server
sends was escaped there, all else goes through textContent and JSON.
"""

import json

from dashboard import wording
from dashboard.views.scripts import tools as tools_script
from dashboard.wording import many

_SCRIPT = """
{
const words = __WORDS__;
const section = () => element.querySelector('.td-results');
const run = () => section()?.dataset.run;
const part = (role) => element.querySelector(`[data-role="${role}"]`);
const rows = () => [...element.querySelectorAll('.td-row')];
const numberOf = (row) => Number(row.dataset.number);
const rowOf = (number) => element.querySelector(`.td-row[data-number="${number}"]`);
const cardOf = (number) => element.querySelector(`.td-card[data-number="${number}"]`);
const under = (row) => row.nextElementSibling?.matches('.td-under') ? row.nextElementSibling : null;
const fill = (sentence, values) => Object.entries(values).reduce(
  (text, [name, value]) => text.replace(`{${name}}`, () => value), sentence);

// number → what to ask for that tweet again: exactly what was asked before, or what its card says.
let items = new Map();

function said(sentence, link) {
  if (!part('said')) return;
  part('said').textContent = sentence;
  const field = part('link');
  field.hidden = !link;
  field.value = link || '';
  if (link) { field.focus(); field.select(); }
}

async function ask(name, question) {
  const asked = run();
  let answer = null;
  try {
    answer = await server[name](question);
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  if (asked !== run()) return null;  // another comparison is shown by now
  return answer || { problem: words.unreachable };
}

// --- order

const direction = (head) => head.getAttribute('aria-sort');
const keys = new WeakMap();
function keyOf(row, column) {
  if (column === 'number') return numberOf(row);
  if (column === 'tweet') return row.querySelector('.td-clip').textContent;
  if (!keys.has(row)) keys.set(row, JSON.parse(row.dataset.keys));
  return keys.get(row)[column];
}

function compareKeys(one, other, sign) {
  if (one === other) return 0;
  if (one === null) return 1;  // what has no figure comes last, whichever way
  if (other === null) return -1;
  const order = typeof one === 'string' ? one.localeCompare(other) : one - other;
  return sign * order;
}

function sort(button) {
  const head = button.closest('th');
  const turned = { ascending: 'descending', descending: 'ascending' };
  const way = turned[direction(head)] || button.dataset.first;
  for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', way);
  const sign = way === 'ascending' ? 1 : -1;
  const column = button.dataset.sort;
  const sorted = rows().map((row) => ({ row, key: keyOf(row, column), number: numberOf(row) }));
  sorted.sort((a, b) => compareKeys(a.key, b.key, sign) || a.number - b.number);
  const body = element.querySelector('.td-table tbody');
  body.append(...sorted.flatMap(({ row }) => under(row) ? [row, under(row)] : [row]));
}

// --- filters

const filters = () => [...element.querySelectorAll('[data-filter]')];
function passes(row, filter) {
  const { filter: key } = filter.dataset;
  if (!filter.value) return true;
  if (key === 'label') return row.dataset.labels.split(' ').includes(filter.value);
  return row.dataset[key] === filter.value;
}

function count() {
  const all = rows();
  const shown = all.filter((row) => !row.hidden).length;
  part('count').textContent = fill(words.shown, { shown, total: all.length });
  part('none').hidden = shown > 0;
  element.querySelector('[data-do="all"]').hidden = filters().every((filter) => !filter.value);
}

function filter() {
  for (const row of rows()) {
    row.hidden = !filters().every((one) => passes(row, one));
    if (under(row)) under(row).hidden = row.hidden;
  }
  count();
}

function showAll() {
  for (const one of filters()) one.value = '';
  filter();
  filters()[0].focus();
}

// --- rows that open

function opened(row, yes) {
  row.classList.toggle('td-open', yes);
  row.querySelector('[data-do="open"]').setAttribute('aria-expanded', String(yes));
}

async function open(row) {
  const number = numberOf(row);
  const place = document.createElement('tr');
  place.className = 'td-under';
  const cell = place.appendChild(document.createElement('td'));
  cell.colSpan = row.children.length;
  const note = cell.appendChild(document.createElement('p'));
  note.setAttribute('role', 'status');
  note.textContent = words.opening;
  row.after(place);
  opened(row, true);
  const answer = await ask('recompare', { number, ...items.get(number) });
  if (!answer || !place.isConnected) return;
  if (answer.html) { cell.innerHTML = answer.html; return; }
  note.setAttribute('role', 'alert');
  note.className = 'td-problem';
  note.textContent = answer.problem;
}

function toggle(row) {
  const place = under(row);
  if (!place) { open(row); return; }
  place.remove();
  opened(row, false);
}

// A card was asked again with another language or translation: its row, and what is saved, follow.
async function follow(number) {
  const card = cardOf(number);
  if (!card) return;
  const edited = JSON.parse(card.dataset.edited);
  const item = {
    text: JSON.parse(card.dataset.text),
    language: card.querySelector('[data-act="language"]').value,
    translation: edited ? card.querySelector('.td-edit').defaultValue : null,
  };
  items.set(number, item);
  if (!rowOf(number)) return;
  const answer = await ask('row', { number, ...item });
  const row = rowOf(number);
  if (!answer || !row || items.get(number) !== item) return;
  if (!answer.html) { said(answer.problem); return; }
  const holder = document.createElement('template');
  holder.innerHTML = answer.html;
  const fresh = holder.content.firstElementChild;
  const focused = row.contains(document.activeElement);
  fresh.hidden = row.hidden;
  row.replaceWith(fresh);
  opened(fresh, Boolean(under(fresh)));
  if (focused) fresh.querySelector('[data-do="open"]').focus();
}

__TOOLS__
// --- what is pressed

const acts = {
  open: (button) => toggle(button.closest('.td-row')),
  all: showAll,
  file: (button) => { button.closest('details').open = false; save(button.dataset.kind); },
  link: copyLink,
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do], button[data-sort]');
  if (button?.dataset.sort) { sort(button); return; }
  if (button) { acts[button.dataset.do](button); return; }
  const row = event.target.closest('.td-row');
  if (row && document.getSelection().isCollapsed) toggle(row);
});

element.addEventListener('change', (event) => {
  if (event.target.matches('[data-filter]')) filter();
});

// The whole tweet on pointing, only where the row cuts it.
element.addEventListener('pointerover', (event) => {
  const clip = event.target.closest('.td-clip');
  if (clip && !clip.title && clip.scrollHeight > clip.clientHeight) clip.title = clip.textContent;
});

element.addEventListener('keydown', (event) => {
  const menu = event.target.closest('.td-menu[open]');
  if (event.key !== 'Escape' || !menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
document.addEventListener('click', (event) => {
  const menu = element.querySelector('.td-menu[open]');
  if (menu && !menu.contains(event.target)) menu.open = false;
});

element.addEventListener('td-card-replaced', (event) => follow(Number(event.detail.number)));

// A new comparison reuses the old elements: forget what was chosen on them.
function begin() {
  const shown = section();
  items = new Map(shown ? JSON.parse(shown.dataset.items).map(([text, translation], place) =>
    [place + 1, { text, language: shown.dataset.language, translation }]) : []);
  for (const row of rows()) keys.delete(row);
  for (const clip of element.querySelectorAll('.td-clip')) clip.removeAttribute('title');
  for (const one of filters()) one.value = '';
  for (const radio of element.querySelectorAll('[name="td-which"]')) {
    radio.checked = radio.defaultChecked;
  }
  if (part('link')) part('link').value = '';
}
watch('value', begin);
begin();
}
"""


def table() -> str:
    """The script of table and tools, with its sentences filled in."""
    words = {
        "unreachable": wording.UNREACHABLE,
        "opening": many.OPENING,
        "shown": many.SHOWN,
        **tools_script.words(),
    }
    script = _SCRIPT.replace("__TOOLS__", tools_script.SCRIPT.strip())
    return script.replace("__WORDS__", json.dumps(words, ensure_ascii=True))
