"""The error browser's JavaScript: filters, pages, rows handed to Explain and Compare.

Part of dashboard/views/scripts/batch.py, whose functions it uses. Hears the ``data-do`` marks of
the results: a cell of a confusion matrix, a count of flips, a list.
"""

SCRIPT = """
// --- the error browser

let chosen = {};  // filter and order, as the form's fields hold them
let page = 0;  // the newest page asked for
const filters = () => field('filters');

// Results that are drawn anew begin with every row.
function begun() { chosen = JSON.parse(filters().dataset.values); fillIn(); }
function fillIn() {
  for (const [name, value] of Object.entries(chosen)) {
    const list = filters().elements[name];
    if (list) list.value = value;
  }
}

async function browse(start = 0) {
  const ticket = ++page;
  const rows = part('rows');
  rows.setAttribute('aria-busy', 'true');
  const had = rows.contains(document.activeElement) ? document.activeElement : null;
  const answer = await ask('b_page', { ...chosen, start });
  if (ticket !== page || !rows.isConnected) return;
  rows.removeAttribute('aria-busy');
  if (answer.problem) { say(answer.problem, 'td-problem'); return; }
  say('');
  rows.innerHTML = answer.html;
  chosen = answer.values;
  fillIn();
  if (had) refocus(had);
}
// What was pressed may be gone, or cannot be pressed any more.
function refocus(had) {
  const twin = part('rows').querySelector(
    `[data-f="${had.dataset.f}"][data-name="${had.dataset.name}"]:not([disabled])`);
  (twin || element.querySelector('#td-f-browser')).focus({ preventScroll: true });
}

// From the results: set these filters, drop the others, and go there.
async function narrowed(filter) {
  const none = Object.fromEntries(Object.keys(chosen).map((name) => [name, '']));
  chosen = { ...none, order: 'row', system: chosen.system, ...filter };
  const place = element.querySelector('#td-f-browser');
  fillIn();
  await browse();
  place.scrollIntoView({ block: 'start' });
  place.focus({ preventScroll: true });
}
const narrowing = {
  cell: (data) => ({
    system: data.system, language: data.language || '', gold: data.gold || '',
    predicted: data.predicted || '',
  }),
  flip: (data) => ({
    language: data.language || '', gold: data.gold || '', flip: data.flip,
  }),
  list: (data) => ({ order: data.order, ...(data.system ? { system: data.system } : {}) }),
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (button && filters() && narrowing[button.dataset.do]) {
    narrowed(narrowing[button.dataset.do](button.dataset));
  }
});

element.addEventListener('change', (event) => {
  if (event.target.type === 'search' || !filters()?.contains(event.target)) return;
  chosen[event.target.name] = event.target.value;
  browse();
});
let typing = 0;
element.addEventListener('input', (event) => {
  if (event.target.type !== 'search' || !filters()?.contains(event.target)) return;
  chosen.text = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(browse, 350);
});
forms.filters = () => { clearTimeout(typing); browse(); };

const handed = (button) => JSON.parse(button.closest('tr').dataset.row);

// Puts a text into the box of Compare and presses its button.
function compare(asked) {
  document.querySelector('#td-tab-compare-button')?.click();
  const box = document.querySelector('#td-box textarea');
  if (!box) return;
  box.value = asked.text.replace(/\\r?\\n/g, ' ');  // one line is one tweet there
  box.dispatchEvent(new Event('input', { bubbles: true }));
  setTimeout(() => {
    document.querySelector('#td-compare')?.click();
    box.focus();
  }, 50);
}

const browsing = {
  page(button) { browse(Number(button.dataset.start)); },
  unfilter(button) {
    const key = button.dataset.key;
    for (const name of key ? [key] : Object.keys(chosen)) {
      if (!['order', 'system'].includes(name)) chosen[name] = '';
    }
    fillIn();
    browse();
  },
  explain(button) {
    window.dispatchEvent(new CustomEvent('td-explain', { detail: handed(button) }));
  },
  compare(button) { compare(handed(button)); },
};
"""
