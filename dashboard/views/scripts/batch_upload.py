"""The JavaScript that sends a file: chosen or dropped, with progress, never more than is allowed.

Part of dashboard/views/scripts/batch.py, whose functions it uses. The body goes to
dashboard/uploads.py as it is; the header of its own keeps foreign pages from doing the same.
"""

from dashboard.batch.routes import UPLOAD
from dashboard.uploads import NAME
from dashboard.wording import batch

SCRIPT = """
// --- a file

function base() { return new URL('./', location.href); }

function send(file) {
  const { limit, tooLarge } = element.firstElementChild.dataset;
  if (file.size > Number(limit)) {
    say(tooLarge.replace('{name}', () => file.name), 'td-problem');
    return;
  }
  if (!leaving()) { element.querySelector('#td-f-file').value = ''; return; }
  clearTimeout(timer);
  const ticket = ++asked;
  const request = new XMLHttpRequest();
  request.open('POST', new URL(words.uploadTo, base()));
  request.setRequestHeader(words.uploadAs, encodeURIComponent(file.name));
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable || ticket !== asked) return;
    const share = `${Math.floor(100 * event.loaded / event.total)}\\u00a0%`;
    const sent = words.uploaded.replace('{share}', share);
    say(sent.replace('{name}', () => file.name));
  };
  request.onload = () => {
    if (ticket !== asked) return;
    const answer = read(request.responseText);
    if (!answer.token) { refused(answer.problem); return; }
    begin(answer.token);
  };
  request.onerror = () => { if (ticket === asked) refused(); };
  say(words.uploading.replace('{name}', () => file.name));
  request.send(file);
}
function refused(problem) { say(problem || words.failed, 'td-problem'); resume(); }
function read(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

async function begin(fresh) {
  again = false;
  const old = token;
  if (!await go('b_look', { token: fresh })) token = old;
}

function leave() {
  clearTimeout(timer);
  asked += 1;
  token = '';
  stage = '';
  again = false;
  remember(kept, '');
  for (const name of ['step', 'results', 'browser']) put(name, '');
  part('empty').hidden = false;
  say('');
  element.querySelector('#td-f-file').value = '';
}

const drop = field('drop');
element.querySelector('#td-f-file').addEventListener('change', (event) => {
  if (event.target.files[0]) send(event.target.files[0]);
});
for (const name of ['dragenter', 'dragover']) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('td-f-over');
  });
}
for (const name of ['dragleave', 'drop']) {
  drop.addEventListener(name, () => drop.classList.remove('td-f-over'));
}
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) send(event.dataTransfer.files[0]);
});
"""


def words() -> dict[str, str]:
    """Sentences that the script says itself, and where it sends what."""
    return {
        "uploadTo": UPLOAD.lstrip("/"),
        "uploadAs": NAME,
        "uploading": batch.UPLOADING,
        "uploaded": batch.UPLOADED,
        "failed": batch.UPLOAD_FAILED,
    }
