"""Of the Explain results' script the part about words that are pressed: hidden, or marked.

Knows the marks of dashboard/views/explained/press.py. Stands inside the block of
dashboard/views/scripts/explain.py and uses its names: section, part, ask, refold, words.
"""

from dashboard.wording import explain_marks

SCRIPT = """
// --- words that are pressed

const pressed = (button) => button.getAttribute('aria-pressed') === 'true';
const set = (button, on) => button.setAttribute('aria-pressed', String(on));
const wordsOf = (group) => [...group.querySelectorAll('.td-x-word')];
const placesOf = (group) => wordsOf(group).filter(pressed).map((one) => Number(one.dataset.w));

let asked = 0;
async function hide(panel) {
  const ticket = ++asked;
  panel.ticket = ticket;
  const hidden = placesOf(panel);
  panel.querySelector('[data-x="reset"]').disabled = !hidden.length;
  const answer = await ask('what_if', { role: panel.dataset.role, hidden });
  if (!answer || panel.ticket !== ticket) return;
  const place = panel.querySelector('.td-card-problem');
  place.textContent = answer.problem || '';
  place.hidden = !answer.problem;
  if (answer.html) panel.querySelector('.td-x-answer').innerHTML = answer.html;
}

function reset(panel) {
  for (const word of wordsOf(panel)) set(word, false);
  wordsOf(panel)[0]?.focus();
  hide(panel);
}

function gold() {
  const group = element.querySelector('[data-press="mark"]');
  const marks = JSON.parse(section().dataset.text).split(' ').map(() => 0);
  for (const place of placesOf(group)) marks[place] = 1;
  return marks;
}

// Measures the shown explanation against the marks, and draws it again in its place.
async function measure(marks, sentence) {
  const answer = await ask('mark', { gold: marks });
  if (!answer) return;
  if (answer.problem) { part('marked').textContent = answer.problem; return; }
  const shown = element.querySelector('#td-x-marks').getBoundingClientRect().top;
  const focus = document.activeElement?.dataset.x;
  const holder = document.createElement('template');
  holder.innerHTML = answer.html;
  section().replaceWith(holder.content.firstElementChild);
  refold();
  const place = element.querySelector('#td-x-marks');
  window.scrollBy(0, place.getBoundingClientRect().top - shown);
  if (focus) place.querySelector(`[data-x="${focus}"]`)?.focus({ preventScroll: true });
  part('marked').textContent = sentence;
}

function keep() {
  const marks = gold();
  const count = marks.reduce((sum, mark) => sum + mark, 0);
  window.tandemMarks.put(JSON.parse(section().dataset.text), marks);
  measure(marks, words.kept.replace('{count}', count).replace('{total}', marks.length));
}

function clear() {
  for (const word of wordsOf(element.querySelector('[data-press="mark"]'))) set(word, false);
  measure(null, '');
}

function press(act, button) {
  if (act === 'hide' || act === 'mark') {
    const group = button.closest('.td-x-press');
    for (const word of wordsOf(group)) word.tabIndex = word === button ? 0 : -1;
    set(button, !pressed(button));
  }
  if (act === 'mark') part('marked').textContent = '';  // it says what was kept before
  if (act === 'hide') hide(button.closest('.td-x-whatif'));
  if (act === 'reset') reset(button.closest('.td-x-whatif'));
  if (act === 'keep') keep();
  if (act === 'clear') clear();
}

// One stop of the Tab key per text; arrows go from word to word.
const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
element.addEventListener('keydown', (event) => {
  const word = event.target.closest('.td-x-word');
  if (!word || !(event.key in steps || event.key === 'Home' || event.key === 'End')) return;
  event.preventDefault();
  const all = wordsOf(word.closest('.td-x-press'));
  const ends = { Home: 0, End: all.length - 1 };
  const place = ends[event.key] ?? all.indexOf(word) + steps[event.key];
  const next = all[Math.min(Math.max(place, 0), all.length - 1)];
  word.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

// New results reuse the old buttons; the page's attributes say how they stand.
function begin() {
  for (const panel of element.querySelectorAll('.td-x-whatif')) {
    delete panel.ticket;
    panel.querySelector('.td-card-problem').hidden = true;
    panel.querySelector('[data-x="reset"]').disabled = true;
  }
}
"""


def words() -> dict[str, str]:
    """The sentences of this part."""
    return {"kept": explain_marks.KEPT}
