"""The JavaScript of the Models tab: what is there asked for now and then, buttons answered.

Knows the ``data-m`` and ``data-part`` marks of dashboard/views/models. Every sentence and every
piece of HTML was finished on the server; no text is ever evaluated here.
"""

from dashboard import wording
from dashboard.views import markup
from dashboard.views.scripts import asking, morph
from dashboard.wording import models as words

FILTER_FROM = 13  # models from which a filter is offered

_SCRIPT = """
{
__MORPH__
__ASKING__
const words = __WORDS__;
const quick = 1000, slow = 10000;  // milliseconds between two looks: while something moves, else
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const field = (name) => element.querySelector(`[data-role="${name}"]`);
const shown = () => element.isConnected && element.offsetParent !== null && !document.hidden;
let mark = '', count = 0, timer = 0, busy = false, at_work = false;

const patience = 10000, long = 120000;  // milliseconds that an answer may take: of a look, else
const ask = async (name, question = {}) => {
  let answer = null;
  try {
    answer = await inTime(server[name](question), name === 'm_list' ? patience : long);
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  return answer || { problem: words.unreachable };
};

const say = (sentence, kind = 'td-notice') => {
  const place = part('said');
  place.replaceChildren();
  if (!sentence) return;
  const line = document.createElement('p');
  line.className = kind;
  line.textContent = sentence;
  place.append(line);
};

// --- the list

const draw = (answer) => {
  busy = Boolean(answer.busy);
  if (answer.list === undefined) return;
  mark = answer.mark;
  count = answer.count;
  for (const name of ['loaded', 'downloads', 'list']) become(part(name), answer[name]);
  sift();
};

const sift = () => {
  const wanted = element.querySelector('[name="filter"]');
  field('filter').hidden = count < __FILTER_FROM__;
  const parts = field('filter').hidden ? [] : wanted.value.toLowerCase().split(/\\s+/);
  let fit = 0;
  for (const row of element.querySelectorAll('.td-m-row')) {
    const fits = parts.every((one) => row.dataset.words.includes(one));
    row.classList.toggle('td-m-out', !fits);
    fit += fits ? 1 : 0;
  }
  field('nothing').hidden = fit > 0 || count === 0;
  const template = fit < count ? words.filtered : (count === 1 ? words.one : words.count);
  const said = template.replace('{shown}', fit).replace('{count}', count);
  if (field('count').textContent !== said) field('count').textContent = said;
};
element.addEventListener('input', (event) => { if (event.target.name === 'filter') sift(); });

// What is asked after this one is not answered by it: only the newest may draw.
let asked = 0, away = false;
const look = async () => {
  clearTimeout(timer);
  if (!element.isConnected) return;
  if (shown() && !at_work) {
    const ticket = ++asked;
    const answer = await ask('m_list', { mark });
    if (ticket === asked) {
      if (answer.problem) say(answer.problem, 'td-problem');
      else if (away) say('');
      away = Boolean(answer.problem);
      if (!answer.problem) draw(answer);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(look, busy ? quick : slow);
};

const go = async (name, question) => {
  at_work = true;
  const ticket = ++asked;
  const answer = await ask(name, question);
  at_work = false;
  if (answer.problem) say(answer.problem, 'td-problem');
  else say(answer.said || '');
  if (ticket === asked && !answer.problem) draw(answer);
  document.dispatchEvent(new CustomEvent('td-change'));
  clearTimeout(timer);
  timer = setTimeout(look, busy ? quick : slow);
  return !answer.problem;
};

// --- what is pressed

const rowOf = (node) => node.closest('.td-m-row');
const fold = async (row) => {
  const answer = await ask('m_details', { token: row.dataset.token });
  const place = row.querySelector('[data-role="details"]');
  if (answer.problem) place.textContent = answer.problem;
  else become(place, answer.html);
};
element.addEventListener('toggle', (event) => {
  if (event.target.dataset.key === 'fold' && event.target.open) fold(rowOf(event.target));
  if (event.target.dataset.key === 'load' && event.target.open) {
    for (const menu of element.querySelectorAll('.td-menu[open]')) {
      if (menu !== event.target) menu.open = false;
    }
  }
}, true);

const sure = async (row, twice) => {
  const answer = await ask('m_sure', { token: row.dataset.token, twice });
  if (answer.problem) { say(answer.problem, 'td-problem'); return; }
  const place = row.querySelector('.td-m-sure');
  place.innerHTML = answer.html;
  place.hidden = false;
  place.querySelector('button').focus();  // what changes nothing comes first
};

const acts = {
  load(button) {
    const menu = button.closest('.td-menu');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
    const token = button.dataset.other || rowOf(button).dataset.token;
    go('m_load', { token, role: button.dataset.roleOf });
  },
  unload(button) { go('m_unload', { role: button.dataset.roleOf }); },
  back() { go('m_back', {}); },
  delete(button) { sure(rowOf(button), false); },
  'delete-on': (button) => sure(rowOf(button), true),
  async 'delete-now'(button) {
    button.disabled = true;
    const row = rowOf(button);
    if (await go('m_delete', { token: row.dataset.token, twice: true })) {
      element.querySelector('#td-m-list').setAttribute('tabindex', '-1');
      element.querySelector('#td-m-list').focus({ preventScroll: true });
    } else { acts.keep(button); }
  },
  keep(button) {
    const row = rowOf(button);
    row.querySelector('.td-m-sure').hidden = true;
    row.querySelector('.td-m-sure').replaceChildren();
    row.querySelector('[data-m="delete"]')?.focus();
  },
  show(button) {
    const row = element.querySelector(`#td-m-${CSS.escape(button.dataset.other)}`);
    if (!row) return;
    element.querySelector('[name="filter"]').value = '';
    sift();
    const details = row.querySelector('details[data-key="fold"]');
    details.open = true;
    row.scrollIntoView({ block: 'start' });
    details.querySelector('summary').focus({ preventScroll: true });
  },
  async copy(button) {
    const place = button.parentElement;
    let said = words.copied;
    try {
      await navigator.clipboard.writeText(place.querySelector('code').textContent);
    } catch {
      said = words.copyFailed;
    }
    place.querySelector('[role="status"]').textContent = said;
  },
  download(button) { part('offer').replaceChildren(); go('m_download', about(button)); },
  cancel(button) { button.disabled = true; go('m_cancel', about(button)); },
  dismiss(button) { go('m_dismiss', about(button)); },
};
const about = (button) => ({ model: button.dataset.model });
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-m]');
  if (button && !button.disabled) acts[button.dataset.m]?.(button);
});
element.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && event.target.closest('.td-menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
});
document.addEventListener('click', (event) => {
  for (const menu of element.querySelectorAll('.td-menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

element.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = event.target.querySelector('button');
  if (button.disabled) return;
  button.disabled = true;
  const model = event.target.elements.model.value.trim();
  const answer = await ask('m_look_up', { model });
  button.disabled = false;
  const place = part('offer');
  if (!answer.problem) { place.innerHTML = answer.html; return; }
  const line = document.createElement('p');
  line.className = 'td-problem';
  line.textContent = answer.problem;
  place.replaceChildren(line);
});

// The tab is looked at as soon as it is shown, and models that changed elsewhere are told.
new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) look(); })
  .observe(element);
document.addEventListener('visibilitychange', () => { if (shown()) look(); });
document.addEventListener('td-models', () => { if (shown()) look(); });
}
"""


def models() -> str:
    """The tab's script, with its sentences filled in."""
    sentences = {
        "unreachable": wording.UNREACHABLE,
        "copied": words.COPIED,
        "copyFailed": words.COPY_FAILED,
        "filtered": words.FILTERED,
        "count": words.COUNT,
        "one": words.ONE,
    }
    script = _SCRIPT.replace("__MORPH__", morph.SCRIPT.strip())
    script = script.replace("__ASKING__", asking.SCRIPT.strip())
    script = script.replace("__FILTER_FROM__", str(FILTER_FROM))
    return script.replace("__WORDS__", markup.script(sentences))
