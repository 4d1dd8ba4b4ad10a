"""The Explain form's JavaScript: what is asked, by whom, and from where.

Knows the names of dashboard/views/explained/form.py, the event ``td-explain`` of the Compare cards,
and the parameters of an address. What is typed travels as JSON; the server checks it.
"""

from dashboard.views.scripts import asking

# In the page's head, since the tab's own scripts run only once it was opened.
HEAD = """
(() => {
const key = 'tandem.triggers';
let memory = [];
const sound = (item) => item && typeof item.text === 'string' && Array.isArray(item.triggers)
  && item.triggers.length === item.text.split(' ').length
  && item.triggers.every((mark) => mark === 0 || mark === 1);
const changed = () => window.dispatchEvent(new Event('td-marks'));

// Tweets whose triggers were marked: in this browser's storage, or else until the page is closed.
window.tandemMarks = {
  stored: true,
  all() {
    try {
      const found = JSON.parse(localStorage.getItem(key) || '[]');
      return Array.isArray(found) ? found.filter(sound) : [];
    } catch (problem) {
      this.stored = false;
      return memory;
    }
  },
  keep(items) {
    memory = items;
    try {
      localStorage.setItem(key, JSON.stringify(items));
      this.stored = true;
    } catch (problem) {
      this.stored = false;
      console.warn('Tandem: nothing can be stored', problem);
    }
    changed();
  },
  find(text) { return this.all().find((item) => item.text === text); },
  put(text, triggers) {
    const items = this.all();
    const place = items.findIndex((item) => item.text === text);
    if (place < 0) items.push({ text, triggers });
    else items[place] = { text, triggers };
    this.keep(items);
  },
  remove(text) { this.keep(this.all().filter((item) => item.text !== text)); },
};
window.addEventListener('storage', (event) => { if (event.key === key) changed(); });

window.addEventListener('td-explain', (event) => {
  window.tandemAsk = event.detail;
  window.tandemTab.open('explain');
});

const list = (query, name) => query.has(name) ? query.get(name).split(',') : undefined;
function address(query) {
  const asked = { text: query.get('explain'), methods: list(query, 'methods') };
  const role = query.get('role');
  if (role) asked.roles = role === 'both' ? ['student', 'teacher'] : role.split(',');
  for (const name of ['language', 'translation', 'target', 'against', 'models', 'gold']) {
    if (query.has(name)) asked[name] = query.get(name);
  }
  if (query.has('seed')) asked.seed = Number(query.get('seed'));
  for (const option of query.getAll('option')) {
    const [, method, name, value] = option.match(/^(\\w+)\\.(\\w+):(.*)$/) || [];
    if (!method) continue;
    asked.options = asked.options || {};
    asked.options[method] = { ...asked.options[method], [name]: Number(value) };
  }
  return asked;
}
const query = new URLSearchParams(location.search);
if (query.has('explain')) {
  window.tandemAsk = address(query);
  window.tandemTab.arrive('explain');
}
})();
"""

_FORM = """
{
const form = () => element.querySelector('form');
const all = (selector) => [...element.querySelectorAll(selector)];
const boxes = (name) => all(`input[name="${name}"]`);
const ticked = (name) => boxes(name).filter((box) => box.checked).map((box) => box.value);
const tick = (name, values) => {
  for (const box of boxes(name)) box.checked = values.includes(box.value);
};
const quick = () => JSON.parse(element.querySelector('.td-x-methods').dataset.quick);
let models;  // of the address that set the fields, until they are changed
let unknown = {};  // what an address asked for and the form has no field for: the server says so

function options(methods) {
  const found = {};
  for (const field of all('[data-option]')) {
    const [method, name] = field.dataset.option.split('.');
    if (!methods.includes(method) || field.value === '' ) continue;
    if (Number(field.value) === Number(field.dataset.default)) continue;
    found[method] = { ...found[method], [name]: Number(field.value) };
  }
  return found;
}

function question() {
  const fields = form().elements;
  const methods = ticked('method');
  const text = fields.text.value;
  return {
    text, methods, roles: ticked('role'), language: fields.language.value,
    target: fields.target.value, against: fields.against.value,
    translation: fields.translation.value || null, options: options(methods),
    seed: Number(fields.seed.value),
    gold: fields.gold.value.trim() || window.tandemMarks.find(text)?.triggers || null,
    ...unknown, ...(models === undefined ? {} : { models }),
  };
}

// A translation belongs to the tweet that it was used for: typed into another one, it is dropped.
let used = {};
function ownTranslation() {
  const { text, translation } = form().elements;
  if (used.translation === translation.value && used.text !== text.value) translation.value = '';
  used = { text: text.value, translation: translation.value };
}

function explain() {
  ownTranslation();
  trigger('submit', { question: question() });
}

// The address tells what was opened; once something else is asked, it says so no more.
function ask() {
  const kept = new URLSearchParams(location.search);
  if (kept.has('explain')) {
    const ours = ['explain', 'methods', 'role', 'language', 'translation', 'target', 'against',
      'models', 'gold', 'seed', 'option'];
    for (const name of ours) kept.delete(name);
    history.replaceState(null, '', `${location.pathname}${kept.size ? `?${kept}` : ''}`);
  }
  explain();
}

// Puts a value into a list; one that the list lacks goes to the server as it is.
function choose(name, value) {
  const field = form().elements[name];
  if ([...field.options].some((option) => option.value === value)) field.value = value;
  else unknown[name] = value;
}

function fill(asked) {
  const fields = form().elements;
  models = asked.models;
  unknown = {};
  fields.text.value = asked.text ?? '';
  if (fields.text.value !== (asked.text ?? '')) unknown.text = asked.text;
  choose('language', asked.language ?? 'auto');
  choose('target', asked.target ?? '');
  choose('against', asked.against ?? '');
  fields.translation.value = asked.translation ?? '';
  if (asked.translation) fields.translation.closest('details').open = true;
  fields.gold.value = Array.isArray(asked.gold) ? `[${asked.gold.join(', ')}]` : asked.gold ?? '';
  for (const [name, key] of [['method', 'methods'], ['role', 'roles']]) {
    if (!asked[key]) continue;
    const known = asked[key].filter((one) => boxes(name).some((box) => box.value === one));
    if (known.length) tick(name, known);
    if (known.length < asked[key].length) unknown[key] = asked[key];
  }
  if (asked.seed !== undefined) fields.seed.value = asked.seed;
  if (!asked.options) return;
  for (const field of all('[data-option]')) {
    const [method, name] = field.dataset.option.split('.');
    field.value = asked.options[method]?.[name] ?? field.dataset.default;
  }
}

function take() {
  if (!window.tandemAsk || !form()) return;
  const asked = window.tandemAsk;
  delete window.tandemAsk;
  fill(asked);
  explain();
  element.scrollIntoView({ block: 'start' });
}

function handed() {
  if (element.isConnected) take();
  else window.removeEventListener('td-explain', handed);
}
window.addEventListener('td-explain', handed);

element.addEventListener('submit', (event) => { event.preventDefault(); ask(); });
element.addEventListener('input', () => { models = undefined; unknown = {}; });
element.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  ask();
});
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-x]');
  if (button?.dataset.x === 'example') {
    fill({ text: JSON.parse(button.dataset.text) });
    ask();
  }
  if (button?.dataset.x === 'choose') {
    const every = boxes('method').map((box) => box.value);
    tick('method', { all: every, quick: quick(), none: [] }[button.dataset.which]);
  }
});

__ASKING__

// The student before refinement is offered once it is known to be loaded.
async function loaded() {
  let answer = null;
  try {
    answer = await inTime(server.loaded({}), 10000);
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  const roles = answer?.roles || [];
  for (const label of all('[data-of]')) {
    if (roles.length) label.hidden = !roles.includes(label.dataset.of);
  }
  if (!answer?.final && element.isConnected) setTimeout(loaded, 1500);
}

loaded();
document.addEventListener('td-models', loaded);  // others were loaded since
take();
}
"""


def form() -> str:
    """The form's script."""
    return _FORM.replace("__ASKING__", asking.SCRIPT.strip())


def head() -> str:
    """What the page's head holds for this tab."""
    return f"<script>{HEAD}</script>"
