"""The JavaScript of fields that name models or files: choose, upload, type, take away, mend.

Part of dashboard/views/scripts/training.py, whose names it uses. A file goes to
dashboard/uploads.py as it is; the header of its own keeps foreign pages from doing the same.
"""

from dashboard.training.routes import UPLOAD
from dashboard.uploads import NAME
from dashboard.wording import batch
from dashboard.wording import training as said

SCRIPT = """
// --- fields that name models or files

const question = (field, more) => ({ recipe: recipe(), field: field.dataset.field, ...more });
const refusal = (problem) => {
  const line = document.createElement('p');
  line.className = 'td-n-problem';
  line.textContent = problem;
  return line;
};
const busy = (sentence) => {
  const line = document.createElement('p');
  line.className = 'td-f-note td-n-busy';
  line.textContent = sentence;
  return line;
};
const nameOf = (value) => value.split('/').pop() || value;

// What a chosen thing holds, asked for once it stands there.
const lookAt = async (field, row) => {
  const value = JSON.parse(row.dataset.value), box = within(row, 'check');
  box.replaceChildren(busy(words.checking.replace('{name}', () => nameOf(value))));
  const answer = await ask('t_entry', question(field, { value }));
  if (!row.isConnected) return;
  if (answer.problem) box.replaceChildren(refusal(answer.problem));
  else box.innerHTML = answer.html;
};
const look = (field) => {
  for (const row of within(field, 'chosen').children) lookAt(field, row);
};

// A file that serves for one field may serve for another.
const offer = (value, name) => {
  for (const list of place.querySelectorAll('[data-widget="files"] [data-role="known"]')) {
    if ([...list.options].some((one) => one.value === value)) continue;
    list.options[0].after(new Option(name, value));
  }
};

// Puts a finished row into the list: in place of what is there, unless it holds several.
const put = (field, answer, instead = null) => {
  const list = within(field, 'chosen');
  const box = document.createElement('template');
  box.innerHTML = answer.row;
  const row = box.content.firstElementChild;
  const same = [...list.children].find((one) => one.dataset.value === row.dataset.value);
  if (instead) instead.replaceWith(row);
  else if (same) same.replaceWith(row);
  else if (field.dataset.several === 'yes') list.append(row);
  else list.replaceChildren(row);
  if (answer.html) within(row, 'check').innerHTML = answer.html;
  if (field.dataset.widget === 'files') offer(JSON.parse(row.dataset.value), row.dataset.name);
  changed(field);
  return row;
};
const changed = (field) => {
  touched.add(field.dataset.field);
  within(field, 'ask').replaceChildren();
  keep();
  check();
};

// A thing that was chosen by name or typed: taken once the server says that it may be.
const take = async (field, value) => {
  const box = within(field, 'ask');
  box.replaceChildren(busy(words.checking.replace('{name}', () => nameOf(value))));
  const answer = await ask('t_entry', question(field, { value }));
  if (answer.problem) { box.replaceChildren(refusal(answer.problem)); return false; }
  put(field, answer);
  return true;
};

// Files that wait for those before them, and what was wrong with these: told once all are through.
const waiting = new WeakMap(), refusals = new WeakMap();
const listOf = (map, field) => {
  if (!map.has(field)) map.set(field, []);
  return map.get(field);
};
const next = (field) => {
  const file = listOf(waiting, field).shift();
  if (file) { send(field, file); return; }
  within(field, 'ask').replaceChildren(...listOf(refusals, field).splice(0).map(refusal));
};
const refuse = (field, problem) => {
  listOf(refusals, field).push(problem);
  next(field);
};
const sendAll = (field, files) => {
  const several = field.dataset.several === 'yes';
  const chosen = several ? [...files] : [...files].slice(0, 1);
  if (!chosen.length) return;
  const busyWith = field.dataset.sending === 'yes';
  listOf(waiting, field).push(...chosen);
  if (!busyWith) next(field);
};

// What came of an upload: a file to use, or something to be told first.
const settle = (field, answer, instead = null) => {
  const box = within(field, 'ask');
  if (answer.problem) {
    // A form that asks stays, so that another answer can be given.
    if (box.querySelector('form')) box.prepend(refusal(answer.problem));
    else refuse(field, answer.problem);
    return;
  }
  if (answer.ask) {
    box.innerHTML = answer.ask;
    box.dataset.token = answer.token;
    const leave = document.createElement('button');
    leave.type = 'button';
    leave.className = 'td-link-button';
    leave.dataset.n = 'leave';
    leave.textContent = words.leaveFile;
    box.append(leave);
    box.querySelector('select, input')?.focus();
    check();
    return;
  }
  put(field, answer, instead);
  next(field);
};

const send = (field, file) => {
  const { limit, tooLarge } = element.firstElementChild.dataset;
  const box = within(field, 'ask');
  if (file.size > Number(limit)) {
    refuse(field, tooLarge.replace('{name}', () => file.name));
    return;
  }
  const request = new XMLHttpRequest();
  request.open('POST', new URL(words.uploadTo, new URL('./', location.href)));
  request.setRequestHeader(words.uploadAs, encodeURIComponent(file.name));
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    const share = `${Math.floor(100 * event.loaded / event.total)}\\u00a0%`;
    const line = words.sent.replace('{share}', share).replace('{name}', () => file.name);
    box.replaceChildren(busy(line));
  };
  field.dataset.sending = 'yes';
  request.onload = async () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* said below */ }
    if (!answer.token) {
      delete field.dataset.sending;
      refuse(field, answer.problem || words.failed);
      return;
    }
    box.replaceChildren(busy(words.checking.replace('{name}', () => file.name)));
    const found = await ask('t_upload', question(field, { token: answer.token }));
    delete field.dataset.sending;
    settle(field, found);
  };
  request.onerror = () => {
    delete field.dataset.sending;
    refuse(field, words.failed);
  };
  box.replaceChildren(busy(words.sending.replace('{name}', () => file.name)));
  request.send(file);
};

const fieldBy = (one) => one.closest('[data-field]');
const choosing = {
  known: (list) => {
    const value = list.value;
    list.value = '';
    if (value) take(fieldBy(list), value);
  },
  upload: (input) => {
    sendAll(fieldBy(input), input.files);
    input.value = '';
  },
  typed: () => {},
  'preset-name': () => {},
};
const picking = {
  remove: (button) => {
    const field = fieldBy(button);
    button.closest('li').remove();
    changed(field);
    field.querySelector('select, input:not([type="file"]), summary')?.focus();
  },
  typed: (button) => once(button, async () => {
    const input = within(fieldBy(button), 'typed');
    if (input.value.trim() && await take(fieldBy(button), input.value.trim())) input.value = '';
  }),
  leave: (button) => {
    const field = fieldBy(button);
    within(field, 'ask').replaceChildren();
    next(field);
    check();
  },
  mend: (button) => once(button, async () => {
    const field = fieldBy(button), row = button.closest('li');
    const value = JSON.parse(row.dataset.value);
    settle(field, await ask('t_mend', question(field, { value })), row);
  }),
};
const answers = {
  encoding: (form, field, token) => {
    const encoding = form.querySelector('input[name="encoding"]:checked')?.value;
    if (!encoding) { within(field, 'ask').prepend(refusal(words.encodingFirst)); return null; }
    return ['t_upload', { token, encoding }];
  },
  columns: (form, field, token) => (
    ['t_columns', { token, ...Object.fromEntries(new FormData(form)) }]
  ),
  mapping: (form, field, token) => {
    const labels = {};
    for (const list of form.querySelectorAll('[data-cell]')) {
      if (!list.value) {
        within(field, 'ask').prepend(refusal(words.mappingOpen));
        list.focus();
        return null;
      }
      labels[JSON.parse(list.dataset.cell)] = list.value === '-' ? null : list.value;
    }
    return ['t_labels', { token, labels }];
  },
};
element.addEventListener('submit', async (event) => {
  const form = event.target, field = fieldBy(form);
  if (!field || !form.closest('.td-n-new')) return;
  event.preventDefault();
  const told = answers[form.dataset.role]?.(form, field, within(field, 'ask').dataset.token);
  if (told) settle(field, await ask(told[0], question(field, told[1])));
});

// A file may be dropped on the field that it is for.
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  element.addEventListener(name, (event) => {
    const field = event.target.closest?.('[data-widget="files"]');
    if (!field) return;
    event.preventDefault();
    field.classList.toggle('td-n-over', name.startsWith('drag') && name !== 'dragleave');
    if (name === 'drop') sendAll(field, event.dataTransfer.files);
  });
}
"""


def words() -> dict[str, str]:
    """Sentences that the script says itself, and where it sends what."""
    return {
        "uploadTo": UPLOAD.lstrip("/"),
        "uploadAs": NAME,
        "sending": said.SENDING,
        "sent": said.SENT,
        "checking": said.CHECKING,
        "failed": batch.UPLOAD_FAILED,
        "leaveFile": said.LEAVE_FILE,
    }
