"""The JavaScript of the Batch tab: a file sent, questions asked, answers put in their places.

Knows the ``data-f`` and ``data-part`` marks of dashboard/views/batch. Every sentence and every
piece of HTML was finished on the server; no text is ever evaluated here. Parts of it are
dashboard/views/scripts/batch_upload.py and batch_browser.py.
"""

from dashboard import wording
from dashboard.views import markup
from dashboard.views.scripts import batch_browser as browser_script
from dashboard.views.scripts import batch_upload as upload_script
from dashboard.wording import batch as words

_SCRIPT = """
{
const words = __WORDS__;
const kept = 'tandem.batch', mine = 'tandem.session';
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const field = (name) => element.querySelector(`[data-role="${name}"]`);
let token = '';  // of the file that is shown
let again = false;  // choosing anew, though there are results
let asked = 0;  // the newest question whose answer may be shown

// --- what this browser remembers: its own name, and the file that it looked at last

const memory = {};
function remembered(key) {
  try { return localStorage.getItem(key) || ''; } catch { return memory[key] || ''; }
}
function remember(key, value) {
  memory[key] = value;
  try {
    if (value) localStorage.setItem(key, value); else localStorage.removeItem(key);
  } catch (problem) {
    console.warn('Tandem: nothing can be stored', problem);
  }
}
function session() {
  if (!remembered(mine)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    remember(mine, [...bytes].map((one) => one.toString(16).padStart(2, '0')).join(''));
  }
  return remembered(mine);
}

// --- asking

async function ask(name, question = {}) {
  let answer = null;
  try {
    answer = await server[name]({ token, session: session(), again, ...question });
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  return answer || { problem: words.unreachable };
}

// What is pressed once: a second press before the answer would ask twice.
async function once(button, act) {
  if (!button || button.disabled) return;
  const had = document.activeElement === button;
  button.disabled = true;
  try {
    await act();
  } finally {
    button.disabled = false;
    if (had && button.isConnected && document.activeElement === document.body) button.focus();
  }
}

// A run goes on without its page, but another file takes its place here.
const leaving = () => stage !== 'running' || window.confirm(words.leaveRun);

function say(sentence, kind = 'td-notice', other = '') {
  const place = part('said');
  place.replaceChildren();
  if (!sentence) return;
  const line = document.createElement('p');
  line.className = kind;
  line.textContent = sentence;
  place.append(line);
  if (!other) return;
  const button = document.createElement('button');  // to the run that is in the way
  Object.assign(button, { type: 'button', className: 'td-button', textContent: words.showRun });
  Object.assign(button.dataset, { f: 'run', token: other });
  place.append(button);
}

// Puts HTML in its place; folds and the button in focus stay as they were.
function put(name, html) {
  const place = part(name);
  if (place.innerHTML === html) return;
  const open = [...place.querySelectorAll('details[open][data-key]')].map((d) => d.dataset.key);
  const focus = place.contains(document.activeElement) && document.activeElement.dataset.f;
  place.innerHTML = html;
  for (const key of open) {
    const fold = place.querySelector(`details[data-key="${key}"]`);
    if (fold) fold.open = true;
  }
  if (focus) place.querySelector(`[data-f="${focus}"]`)?.focus();
}

let stage = '';  // of the file that is shown
function show(answer) {
  if (answer.problem && !answer.step) {
    say(answer.problem, 'td-problem', answer.other);
    return false;
  }
  say('');
  token = answer.token;
  remember(kept, token);
  part('empty').hidden = true;
  put('step', answer.step);
  if (answer.stage !== stage || !answer.poll) {
    put('results', answer.results);
    put('browser', answer.browser);
    element.dispatchEvent(new CustomEvent('td-drawn'));
    if (answer.browser) begun();
  }
  if (answer.stage !== stage) pause = 120;
  stage = answer.stage;
  element.firstElementChild.dataset.stage = stage;
  if (answer.poll) later();
  systems();
  return true;
}

// Asks, and shows the answer unless something newer was asked meanwhile.
async function go(name, question) {
  const ticket = ++asked;
  clearTimeout(timer);  // an answer about the file before must not come after this one
  element.setAttribute('aria-busy', 'true');
  const answer = await ask(name, question);
  if (ticket !== asked) return false;
  element.removeAttribute('aria-busy');
  if (show(answer)) return true;
  resume();
  return false;
}

// Small files are done in a moment; long runs need not be asked about so often.
let timer = 0, pause = 0;
function later() {
  clearTimeout(timer);
  timer = setTimeout(follow, document.hidden ? 4000 : pause);
  pause = Math.min(1000, pause * 1.3);
}
// Something else was asked in vain: what is under way here is followed again.
function resume() {
  if (['checking', 'running'].includes(stage)) later();
}
async function follow() {
  const ticket = asked;
  const answer = await ask('b_progress');
  if (ticket !== asked || !element.isConnected) return;
  if (answer.problem && !answer.step) {  // the server may be starting anew: ask on
    say(answer.problem, 'td-problem');
    later();
    return;
  }
  const ended = !answer.poll && stage !== answer.stage;
  show(answer);
  if (ended) announce();
}
function announce() {
  const place = part('results').firstElementChild || part('step').firstElementChild;
  if (!element.contains(document.activeElement)) return;
  place?.setAttribute('tabindex', '-1');
  place?.focus({ preventScroll: true });
}

// What can be chosen waits for the models.
let waiting = 0;
async function systems() {
  clearTimeout(waiting);
  const place = part('systems');
  if (!place || place.querySelector('form')) return;
  waiting = setTimeout(async () => {
    const answer = await ask('b_systems');
    if (answer.html && part('systems') && !part('systems').querySelector('form')) {
      put('systems', answer.html);
    }
    systems();
  }, 1500);
}

// Other models were loaded since: what can be chosen is another list.
document.addEventListener('td-models', async () => {
  if (!part('systems')?.querySelector('form')) return;
  const answer = await ask('b_systems');
  if (answer.html && part('systems')) put('systems', answer.html);
});

__UPLOAD__

// --- forms

const ticked = (form, name) => [...form.querySelectorAll(`input[name="${name}"]`)]
  .filter((box) => box.checked).map((box) => box.value);
const number = (form, name) => {
  const value = form.elements[name]?.value;
  return value === undefined || value === '' ? null : Number(value);
};
const forms = {
  encoding(form) {
    const encoding = ticked(form, 'encoding')[0];
    if (!encoding) { say(words.encodingFirst, 'td-problem'); return; }
    go('b_look', { encoding });
  },
  columns(form) { go('b_check', Object.fromEntries(new FormData(form))); },
  mapping(form) {
    const labels = {};
    for (const list of form.querySelectorAll('[data-cell]')) {
      if (!list.value) { say(words.mappingOpen, 'td-problem'); list.focus(); return; }
      labels[JSON.parse(list.dataset.cell)] = list.value === '-' ? null : list.value;
    }
    go('b_map', { labels });
  },
  async systems(form) {
    const question = {
      systems: ticked(form, 'system'), members: ticked(form, 'member'),
      methods: ticked(form, 'method'), words: form.elements.words.checked,
      limit: number(form, 'limit'), seed: number(form, 'seed') ?? 0,
    };
    await once(form.querySelector('[type="submit"]'), () => settled('b_start', question));
  },
};
element.addEventListener('submit', (event) => {
  event.preventDefault();
  forms[event.target.dataset.role]?.(event.target);
});

// Leaves the choosing, unless the answer is a problem.
async function settled(name, question) {
  const before = again;
  again = false;
  if (!await go(name, question)) again = before;
}

// --- files

async function save(kind) {
  field('file-said').textContent = words.preparing;
  const answer = await ask('b_file', { kind });
  const place = field('file-said');
  if (!place) return;
  place.textContent = answer.problem || answer.said;
  if (answer.problem) return;
  const link = document.createElement('a');
  link.href = new URL(answer.path, base());
  link.download = answer.name;
  link.click();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(field('command').textContent);
    field('copied').textContent = words.copied;
  } catch {
    field('copied').textContent = words.copyFailed;
  }
}

async function remove() {
  if (!window.confirm(words.deleteSure)) return;
  const answer = await ask('b_delete');
  if (answer.problem) { say(answer.problem, 'td-problem'); return; }
  leave();
  say(answer.said);
  element.querySelector('#td-f-file').focus();
}

// --- what is pressed

const acts = {
  example(button) {
    if (leaving()) settled('b_example', { which: button.dataset.which });
  },
  another() {
    if (!leaving()) return;
    leave();
    element.querySelector('#td-f-file').focus();
  },
  delete() { remove(); },
  stop() { go('b_stop'); },
  go(button) { once(button, () => go('b_go')); },
  again() { again = true; go('b_open'); },
  results() { settled('b_open'); },
  run(button) { settled('b_open', { token: button.dataset.token }); },
  file(button) { button.closest('details').open = false; save(button.dataset.kind); },
  copy() { copy(); },
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-f]');
  if (!button) return;
  const act = { ...acts, ...browsing }[button.dataset.f];
  if (act) act(button);
});
element.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && event.target.closest('.td-menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
});
document.addEventListener('click', (event) => {
  const menu = element.querySelector('.td-menu[open]');
  if (menu && !menu.contains(event.target)) menu.open = false;
});

__BROWSER__

// What this browser looked at last stands there again.
(async () => {
  const last = remembered(kept);
  if (!last) return;
  token = last;
  if (!await go('b_open')) {
    leave();
    say(words.gone);
  }
})();
}
"""


def batch() -> str:
    """The tab's script, with its sentences filled in."""
    sentences = {
        "unreachable": wording.UNREACHABLE,
        "encodingFirst": words.ENCODING_FIRST,
        "mappingOpen": words.MAPPING_OPEN,
        "preparing": words.PREPARING,
        "copied": words.COPIED,
        "copyFailed": words.COPY_FAILED,
        "gone": " ".join(words.UNKNOWN),
        "leaveRun": words.LEAVE_RUN,
        "showRun": words.SHOW_RUN,
        "deleteSure": words.DELETE_SURE,
        **upload_script.words(),
    }
    script = _SCRIPT.replace("__UPLOAD__", upload_script.SCRIPT.strip())
    script = script.replace("__BROWSER__", browser_script.SCRIPT.strip())
    return script.replace("__WORDS__", markup.script(sentences))
