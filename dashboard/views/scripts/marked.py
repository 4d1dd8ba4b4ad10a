"""The JavaScript of the list of marked tweets, which lives in the browser alone.

Knows the marks of dashboard/views/explained/press.py and ``tandemMarks`` of form.py.
A tweet becomes text of the page, never markup.
"""

from dashboard.views import markup
from dashboard.wording import explain_marks

_LIST = """
{
const words = __WORDS__;
const part = (role) => element.querySelector(`[data-role="${role}"]`);
const say = (sentence) => { part('listed').textContent = sentence; };
const put = (name, text, about) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'td-button';
  button.dataset.x = name;
  button.textContent = text;
  if (about) button.setAttribute('aria-label', about);
  return button;
};

// A tweet with its marked words underlined: only ever text.
function shown(item) {
  const cell = document.createElement('div');
  cell.className = 'td-x-listed';
  cell.dir = 'auto';
  item.text.split(' ').forEach((word, place) => {
    if (place) cell.append(' ');
    if (!item.triggers[place] || !word) { cell.append(word); return; }
    const mark = document.createElement('mark');
    mark.className = 'td-gold';
    mark.textContent = word;
    cell.append(mark);
  });
  return cell;
}

function draw() {
  if (!element.isConnected) { window.removeEventListener('td-marks', draw); return; }
  const items = window.tandemMarks.all();
  const rows = items.map((item, place) => {
    const row = document.createElement('li');
    const number = place + 1;
    row.dataset.place = place;
    row.append(shown(item), put('edit', words.edit, words.editOf.replace('{number}', number)),
      put('remove', words.remove, words.removeOf.replace('{number}', number)));
    return row;
  });
  part('list').replaceChildren(...rows);
  part('empty').hidden = items.length > 0;
  part('tools').hidden = items.length === 0;
  element.querySelector('.td-x-marked').hidden = items.length === 0 && window.tandemMarks.stored;
  part('storage').hidden = window.tandemMarks.stored;
  const all = element.querySelector('[data-x="empty"]');
  all.textContent = words.removeAll;
  delete all.dataset.sure;
}

async function save() {
  let answer = null;
  try {
    answer = await server.triggers({ items: window.tandemMarks.all() });
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  if (!answer?.text) { say(answer?.problem || words.unreachable); return; }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([answer.text], { type: answer.type }));
  link.download = answer.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(answer.said);
}

function empty(button) {
  if (button.dataset.sure) { window.tandemMarks.keep([]); say(''); return; }
  button.dataset.sure = 'yes';
  button.textContent = words.confirm.replace('{count}', window.tandemMarks.all().length);
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-x]');
  if (!button) return;
  const item = window.tandemMarks.all()[button.closest('li')?.dataset.place];
  const act = button.dataset.x;
  if (act === 'edit' && item) {
    window.dispatchEvent(new CustomEvent('td-explain', { detail: { text: item.text } }));
  }
  if (act === 'remove' && item) { window.tandemMarks.remove(item.text); part('list').focus(); }
  if (act === 'save') save();
  if (act === 'empty') empty(button);
});
window.addEventListener('td-marks', draw);
draw();
}
"""


def marked(unreachable: str) -> str:
    """The script of the list of marked tweets, with its sentences filled in."""
    words = {
        "edit": explain_marks.EDIT,
        "remove": explain_marks.REMOVE,
        "editOf": explain_marks.EDIT_OF,
        "removeOf": explain_marks.REMOVE_OF,
        "removeAll": explain_marks.REMOVE_ALL,
        "confirm": explain_marks.CONFIRM,
        "unreachable": unreachable,
    }
    return _LIST.replace("__WORDS__", markup.script(words))
