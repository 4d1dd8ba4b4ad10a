"""The JavaScript of the Train tab's form: what stands in it, asked about and kept over a reload.

Knows the ``data-n``, ``data-field`` and ``data-role`` marks of dashboard/views/training. Every
sentence and every piece of HTML was finished on the server; no text is ever evaluated here. Pickers
are dashboard/views/scripts/training_picker.py. Names are all ``const``: links.py says why.
"""

from dashboard import wording
from dashboard.training.presets import SECRET_VALUE
from dashboard.views import markup
from dashboard.views.scripts import asking
from dashboard.views.scripts import training_picker as picker_script
from dashboard.wording import batch as batch_words
from dashboard.wording import training as words

_SCRIPT = """
{
const words = __WORDS__;
const kept = 'tandem.train';
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const place = part('new');
const role = (name) => element.querySelector(`.td-n-new [data-role="${name}"]`);
const fields = () => [...place.querySelectorAll('[data-field]')];
const fieldOf = (name) => place.querySelector(`[data-field="${CSS.escape(name)}"]`);
const within = (field, name) => field.querySelector(`[data-role="${name}"]`);

// --- what stands in the form

const entries = (field) => [...within(field, 'chosen').children]
  .map((row) => JSON.parse(row.dataset.value));
const readers = {
  models: (field) => (field.dataset.several === 'yes' ? entries(field) : entries(field)[0] || ''),
  switch: (field) => within(field, 'value').checked,
  ticks: (field) => [...field.querySelectorAll('[data-role="value"]')]
    .filter((box) => box.checked).map((box) => box.value),
};
readers.files = readers.models;
const valueOf = (field) => {
  const read = readers[field.dataset.widget];
  return read ? read(field) : within(field, 'value').value;
};
const recipe = () => element.querySelector('[data-role="recipe"]:checked')?.value || '';
const usual = () => (
  element.querySelector('[data-role="recipe"]:checked')?.dataset.preset || ''
);
const state = () => ({
  recipe: recipe(),
  preset: role('preset')?.value || '',
  values: Object.fromEntries(fields().map((field) => [field.dataset.field, valueOf(field)])),
  name: role('run-name')?.value || '',
  asking: fields().filter((field) => within(field, 'ask')?.querySelector('form'))
    .map((field) => field.dataset.field),
});

// --- kept over a reload and a new start of the server; what looks like a secret never is

const secret = new RegExp(words.secret);
const open = (value) => !secret.test(JSON.stringify(value));
const keep = () => {
  const { asking, ...now } = state();
  now.values = Object.fromEntries(Object.entries(now.values).filter(([, value]) => open(value)));
  try {
    if (now.recipe) localStorage.setItem(kept, JSON.stringify(now));
    else localStorage.removeItem(kept);
  } catch (problem) {
    console.warn('Tandem: nothing can be stored', problem);
  }
};
const earlier = () => {
  try {
    const found = JSON.parse(localStorage.getItem(kept) || 'null');
    return found && typeof found.recipe === 'string' ? found : null;
  } catch {
    return null;
  }
};

// --- asking

__ASKING__
// Milliseconds that an answer may take: files are read whole before they are told of.
const patience = { t_form: 10000, t_check: 10000, t_start: 20000 }, long = 120000;
const ask = async (name, question) => {
  try {
    const answer = await inTime(server[name](question), patience[name] || long);
    if (answer) return answer;
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  return { problem: words.unreachable };
};
const say = (sentence, kind = 'td-notice') => {
  const line = document.createElement('p');
  line.className = kind;
  line.textContent = sentence;
  part('new-said').replaceChildren(...(sentence ? [line] : []));
};
const once = async (button, act) => {
  if (button.disabled) return;
  button.disabled = true;
  try { await act(); } finally {
    button.disabled = false;
    if (button.isConnected && document.activeElement === document.body) button.focus();
  }
};

// --- drawing the form

let drawing = 0;
const draw = async (wanted) => {
  const ticket = ++drawing;
  place.setAttribute('aria-busy', 'true');
  const answer = await ask('t_form', wanted);
  if (ticket !== drawing) return false;
  place.removeAttribute('aria-busy');
  if (answer.problem) { say(answer.problem, 'td-problem'); return false; }
  say('');
  place.innerHTML = answer.html;
  role('first').hidden = true;
  keep();
  fields().filter((field) => ['models', 'files'].includes(field.dataset.widget)).forEach(look);
  unfold();
  check();
  return true;
};

// A fold in which something differs from what is usual shows it.
const unfold = () => {
  for (const fold of place.querySelectorAll('.td-n-rest')) {
    fold.open = [...fold.querySelectorAll('[data-usual]')]
      .some((field) => JSON.stringify(valueOf(field)) !== field.dataset.usual);
  }
};

// Files stay when the recipe or the preset changes; settings become the preset's.
const files = () => Object.fromEntries(
  fields().filter((field) => field.dataset.widget === 'files')
    .map((field) => [field.dataset.field, valueOf(field)]),
);

// --- what is wrong with it

const mark = (field, problem) => {
  const line = within(field, 'problem');
  line.textContent = problem || '';
  line.hidden = !problem;
  field.classList.toggle('td-n-wrong', Boolean(problem));
  for (const one of field.querySelectorAll('[data-role="value"]')) {
    if (problem) one.setAttribute('aria-invalid', 'true'); else one.removeAttribute('aria-invalid');
  }
};
let touched = new Set();
const show = (answer, everything) => {
  const found = answer.fields || {};
  for (const field of fields()) {
    const name = field.dataset.field;
    if (everything || touched.has(name) || !found[name]) mark(field, found[name]);
  }
  const fold = role('command-fold');
  fold.hidden = !answer.command;
  role('new-command').textContent = answer.command || '';
};
let checking = 0, pending = 0;
const check = (everything = false) => {
  clearTimeout(pending);
  const ticket = ++checking;
  return new Promise((done) => {
    pending = setTimeout(async () => {
      const answer = await ask('t_check', state());
      if (ticket === checking && !answer.problem && role('problems')) {
        show(answer, everything);
        mended(answer);
      }
      done(ticket === checking ? answer : null);
    }, everything ? 0 : 350);
  });
};
const tell = (answer) => {
  const list = role('problems');
  list.innerHTML = answer.html;
  for (const field of fields()) {
    const fold = field.closest('.td-n-rest');
    if (fold && (answer.fields || {})[field.dataset.field]) fold.open = true;
  }
};

// What was told to be mended follows what was mended since.
const mended = (answer) => {
  const list = role('problems');
  if (!list.childElementCount) return;
  if (Object.keys(answer.fields || {}).length) list.innerHTML = answer.html;
  else list.replaceChildren();
};

__PICKER__

// --- what is pressed

const acts = {
  check: (button) => once(button, async () => {
    const answer = await check(true);
    if (!answer) return;
    if (answer.problem) { say(answer.problem, 'td-problem'); return; }
    tell(answer);
    role('problems').scrollIntoView({ block: 'nearest' });
  }),
  start: (button) => once(button, async () => {
    clearTimeout(pending);
    checking += 1;
    const answer = await ask('t_start', state());
    if (answer.problem) { say(answer.problem, 'td-problem'); return; }
    if (!answer.id) {
      show(answer, true);
      tell(answer);
      role('problems').focus({ preventScroll: true });
      role('problems').scrollIntoView({ block: 'nearest' });
      return;
    }
    role('problems').replaceChildren();
    role('run-name').value = '';
    keep();
    say('');
    element.querySelector('.td-n-new').open = false;
    element.dispatchEvent(
      new CustomEvent('td-run', { detail: { id: answer.id, said: answer.said } }));
  }),
  afresh: () => {
    for (const card of element.querySelectorAll('[data-role="recipe"]')) card.checked = false;
    place.replaceChildren();
    role('first').hidden = false;
    say('');
    keep();
    element.querySelector('[data-role="recipe"]').focus();
  },
  save: (button) => once(button, async () => {
    const answer = await ask('t_save', { ...state(), as: role('preset-name').value });
    if (answer.problem) { say(answer.problem, 'td-problem'); return; }
    if (await draw({ ...state(), preset: answer.name })) say(answer.said);
  }),
  forget: (button) => once(button, async () => {
    const answer = await ask('t_forget', state());
    if (answer.problem) { say(answer.problem, 'td-problem'); return; }
    if (await draw({ ...state(), preset: usual(), values: files() })) say(answer.said);
  }),
  copy: async () => {
    try {
      await navigator.clipboard.writeText(role('new-command').textContent);
      role('new-copied').textContent = words.copied;
    } catch {
      role('new-copied').textContent = words.copyFailed;
    }
  },
  goto: (link) => {
    const field = fieldOf(link.dataset.to);
    if (!field) return;
    for (let fold = field.closest('details'); fold; fold = fold.parentElement.closest('details')) {
      fold.open = true;
    }
    field.scrollIntoView({ block: 'center' });
    field.querySelector('input:not([type="file"]), select, button, summary')?.focus();
  },
  ...picking,
};
const ours = (event, selector) => {
  const found = event.target.closest(selector);
  return found && found.closest('.td-n-new') ? found : null;
};
element.addEventListener('click', (event) => {
  const button = ours(event, '[data-n]');
  if (!button) return;
  if (button.tagName === 'A') event.preventDefault();
  acts[button.dataset.n]?.(button);
});
element.addEventListener('change', (event) => {
  const target = ours(event, '[data-role]');
  if (!target) return;
  const name = target.dataset.role;
  if (name === 'recipe') {
    draw({ recipe: recipe(), preset: usual(), values: files(), name: state().name });
  } else if (name === 'preset') {
    draw({ ...state(), values: files() });
  } else if (name in choosing) {
    choosing[name](target);
  } else if (target.closest('[data-field]')) {
    touched.add(target.closest('[data-field]').dataset.field);
    keep();
    check();
  } else if (name === 'run-name') {
    keep();
  }
});
element.addEventListener('input', (event) => {
  if (ours(event, '[data-role="value"], [data-role="run-name"]')) keep();
});
element.addEventListener('keydown', (event) => {
  const typed = event.key === 'Enter' && ours(event, '.td-n-typed input');
  if (!typed) return;
  event.preventDefault();
  typed.parentElement.querySelector('button').click();
});

// What was half filled in stands there again.
(async () => {
  const before = earlier();
  if (!before) return;
  const card = element.querySelector(`[data-role="recipe"][value="${CSS.escape(before.recipe)}"]`);
  if (!card) return;
  card.checked = true;
  if (!await draw(before)) await draw({ ...before, preset: usual(), values: {} });
})();
}
"""


def training() -> str:
    """The form's script, with its sentences filled in."""
    sentences = {
        "unreachable": wording.UNREACHABLE,
        "copied": words.COPIED,
        "copyFailed": words.COPY_FAILED,
        "secret": SECRET_VALUE,
        "encodingFirst": batch_words.ENCODING_FIRST,
        "mappingOpen": batch_words.MAPPING_OPEN,
        **picker_script.words(),
    }
    script = _SCRIPT.replace("__PICKER__", picker_script.SCRIPT.strip())
    script = script.replace("__ASKING__", asking.SCRIPT.strip())
    return script.replace("__WORDS__", markup.script(sentences))
