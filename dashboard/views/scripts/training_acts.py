"""Of the live side's script the part about what is pressed: Stop, Resume, Remove, Load, Compare.

Stands inside the block of dashboard/views/scripts/training_live.py and uses its names. Nothing is
stopped or removed before the person was asked whether it is meant.
"""

SCRIPT = """
// --- asking whether it is meant

const closeSure = () => { part('sure').replaceChildren(); part('sure').hidden = true; };
const sure = (sentence, yes, no, act, danger) => {
  const said = document.createElement('p');
  said.textContent = sentence;
  const button = (name, kind, pressed) => {
    const one = document.createElement('button');
    Object.assign(one, { type: 'button', className: kind, textContent: name });
    one.addEventListener('click', pressed);
    return one;
  };
  const back = () => { closeSure(); part('run-title')?.focus({ preventScroll: true }); };
  const keep = button(no, 'td-button', back);
  part('sure').replaceChildren(
    said, button(yes, danger ? 'td-l-danger' : 'td-f-primary', () => { back(); act(); }), keep);
  part('sure').hidden = false;
  keep.focus();
};

// --- what is pressed

// How long what is said of a deed stays true.
const lasting = (name) => {
  const id = shown, until = Date.now() + 15000;
  const during = (...states) => (found) => shown === id && states.includes(found.state);
  if (name === 'l_stop') return during('queued', 'running', 'stopping');
  if (name === 'l_resume') return during('queued');
  if (name === 'l_load') return (found) => found.loading;
  return () => Date.now() < until;
};

const busy = new Set();
const act = async (name, question) => {
  if (busy.has(name)) return null;  // a second press before the answer would ask twice
  busy.add(name);
  const answer = await ask(name, question);
  busy.delete(name);
  if (answer.away) say(words.unreachable, 'td-problem', () => false);
  else if (answer.problem) say(answer.problem, 'td-problem');
  else say(answer.said, 'td-notice', lasting(name));
  look();
  return answer.problem || answer.away ? null : answer;
};
const remove = async () => {
  const id = shown;
  const answer = await act('l_remove', { id });
  if (answer && shown === id) show('');
};
const ticked = () => [...place.querySelectorAll('[data-l-tick]')]
  .filter((box) => box.checked).map((box) => box.value);
const ticks = () => {
  const count = ticked().length;
  const button = place.querySelector('[data-l="compare"]');
  button.disabled = count < 2 || count > Number(button.dataset.most);
  part('compare-bar').hidden = place.querySelectorAll('[data-l-tick]').length < 2;
};
const presses = {
  show(button) { say(''); show(button.dataset.id); },
  close() { const was = shown; show(''); byId(was)?.focus(); },
  older() { all = true; ticket += 1; look(); },
  compare() { chosen = ticked(); ticket += 1; jump = 'compared-title'; look(); },
  uncompare() { chosen = []; ticket += 1; clear('compared'); look(); },
  stop(button) {
    const queued = button.dataset.queued === 'yes';
    sure(queued ? words.dequeueSure : words.stopSure, words.stopYes, words.stopNo,
      () => act('l_stop', { id: shown }), false);
  },
  async resume() {
    const answer = await act('l_resume', { id: shown });
    if (answer && answer.id !== shown) show(answer.id);
  },
  remove() {
    sure(words.removeSure, words.removeYes, words.removeNo, () => sure(
      words.removeAgain, words.removeLast, words.removeNo, remove, true), true);
  },
  load(button) {
    act('l_load', { id: shown, model: button.dataset.model, as: button.dataset.as });
  },
  'compare-tab'() { document.querySelector('#td-tab-compare-button')?.click(); },
  end() { toEnd(); },
  async copy() {
    let said = words.copied;
    try {
      await navigator.clipboard.writeText(part('run-command').textContent);
    } catch {
      said = words.copyFailed;  // the page is no secure context
    }
    part('run-copied').textContent = said;
  },
};
const byId = (id) => [...place.querySelectorAll('[data-l="show"]')]
  .find((one) => one.dataset.id === id);
place.addEventListener('click', (event) => {
  const button = event.target.closest('[data-l]');
  if (button && !button.disabled) presses[button.dataset.l]?.(button);
});
place.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !part('sure').hidden) {
    closeSure();
    part('run-title')?.focus({ preventScroll: true });
  }
});
place.addEventListener('change', (event) => {
  if (event.target.matches('[data-l-tick]')) ticks();
  if (event.target.matches('[data-l-slots]')) {
    event.target.blur();
    act('l_slots', { count: Number(event.target.value) });
  }
});
"""
