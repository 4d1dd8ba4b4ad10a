"""The JavaScript of the Explain results: folds, files, links, words that are pressed.

Knows the ``data-x`` marks of dashboard/views/explain*.py. Every sentence and every piece of HTML
was finished on the server; no text is ever evaluated here.
"""

from dashboard import wording
from dashboard.views import markup
from dashboard.views.scripts import picture as picture_script
from dashboard.views.scripts import press as press_script
from dashboard.wording import explain as words

LINK_LIMIT = 8_000  # characters of an address

_SCRIPT = """
{
const words = __WORDS__;
const section = () => element.querySelector('.td-x-results');
const run = () => section()?.dataset.run;
const part = (role) => element.querySelector(`[data-role="${role}"]`);

function said(sentence, link) {
  part('said').textContent = sentence;
  const field = part('link');
  field.hidden = !link;
  field.value = link || '';
  if (link) { field.focus(); field.select(); }
}

// Answers to what was asked of results that are no longer shown are dropped.
async function ask(name, question) {
  const asked = run();
  let answer = null;
  try {
    answer = await server[name]({ run: asked, ...question });
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  if (asked !== run()) return null;
  return answer || { problem: words.unreachable };
}

// --- folds stay as the reader left them, though the results are drawn again and again

const folds = new Map();
element.addEventListener('click', (event) => {
  const summary = event.target.closest('summary');
  const fold = summary?.parentElement;
  if (fold?.dataset.key) setTimeout(() => folds.set(fold.dataset.key, fold.open));
});
function refold() {
  for (const fold of element.querySelectorAll('details[data-key]')) {
    if (folds.has(fold.dataset.key)) fold.open = folds.get(fold.dataset.key);
  }
}

// --- files and the link

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function save(kind) {
  said(words.preparing);
  const answer = await ask('file', { kind });
  if (!answer) return;
  if (answer.problem) { said(answer.problem); return; }
  if (!answer.picture) {
    download(new Blob([answer.text], { type: answer.type }), answer.name);
    said(answer.said);
    return;
  }
  const blob = await drawn(answer.picture);
  if (!blob) { said(words.pictureFailed); return; }
  download(blob, answer.name);
  said(words.saved.replace('{name}', () => answer.name));
}

function address() {
  const asked = JSON.parse(section().dataset.question);
  const query = new URLSearchParams({ explain: asked.text, language: asked.language });
  if (asked.translation !== null) query.append('translation', asked.translation);
  query.append('role', asked.roles.join(','));
  query.append('methods', asked.methods.join(','));
  for (const name of ['target', 'against']) if (asked[name]) query.append(name, asked[name]);
  if (asked.seed) query.append('seed', asked.seed);
  for (const [method, values] of Object.entries(asked.options)) {
    for (const [name, value] of Object.entries(values)) {
      query.append('option', `${method}.${name}:${value}`);
    }
  }
  query.append('models', section().dataset.models);
  return `${location.origin}${location.pathname}?${query}`;
}

async function copyLink() {
  const link = address();
  if (link.length > words.limit) { said(words.tooLong); return; }
  try {
    await navigator.clipboard.writeText(link);
    said(words.copied);
  } catch {
    said(words.byHand, link);  // no right to, or no clipboard on a page without TLS
  }
}

__PICTURE__
__PRESS__
// --- what is pressed

function jump(link) {
  const target = element.querySelector(link.getAttribute('href'));
  target?.scrollIntoView({ block: 'start' });
  target?.focus({ preventScroll: true });
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-x]');
  if (!button) return;
  const act = button.dataset.x;
  if (act === 'jump') { event.preventDefault(); jump(button); }
  if (act === 'link') copyLink();
  if (act === 'file') { button.closest('details').open = false; save(button.dataset.kind); }
  press(act, button);
});

// Escape closes the menu, and puts a tip away until the badge is left.
element.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = event.target.closest('.td-menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  for (const tip of element.querySelectorAll('.td-tip-of:is(:hover, :focus-within)')) {
    tip.classList.add('td-tip-away');
  }
});
for (const name of ['pointerout', 'focusout']) {
  element.addEventListener(name, (event) => {
    const tip = event.target.closest('.td-tip-away');
    if (tip && !tip.contains(event.relatedTarget)) tip.classList.remove('td-tip-away');
  });
}
document.addEventListener('click', (event) => {
  const menu = element.querySelector('.td-menu[open]');
  if (menu && !menu.contains(event.target)) menu.open = false;
});

// New results reuse the old elements: forget what was done to them.
let before = run();
watch('value', () => {
  refold();
  if (run() === before) return;
  before = run();
  if (part('said')) said('');
  begin();
});
}
"""


def results() -> str:
    """The script of the results, with its sentences filled in."""
    sentences = {
        "unreachable": wording.UNREACHABLE,
        "preparing": words.PREPARING,
        "saved": words.SAVED,
        "pictureFailed": words.PICTURE_FAILED,
        "copied": words.LINK_COPIED,
        "byHand": words.LINK_BY_HAND,
        "tooLong": words.LINK_TOO_LONG,
        "limit": str(LINK_LIMIT),
        **press_script.words(),
    }
    script = _SCRIPT.replace("__PICTURE__", picture_script.SCRIPT.strip())
    script = script.replace("__PRESS__", press_script.SCRIPT.strip())
    return script.replace("__WORDS__", markup.script(sentences))
