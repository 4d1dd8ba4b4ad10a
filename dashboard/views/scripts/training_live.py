"""The JavaScript of the Train tab's live side: asks how runs stand, and redraws what changed.

Knows the ``data-l`` marks of dashboard/views/training. Every sentence and every piece of HTML was
finished on the server; no text is ever evaluated here. The page keeps nothing that it could lose:
which run it shows stands in its address. Names are all ``const``, as in links.py.
"""

import json

from dashboard import wording
from dashboard.views import markup
from dashboard.views.scripts import asking, morph, training_acts, training_away, training_log
from dashboard.views.training import frame
from dashboard.wording import training_live as words

_SCRIPT = """
{
const words = __WORDS__;
const place = element.querySelector('[data-part="runs"]');
place.innerHTML = __FRAME__;
const part = (name) => place.querySelector(`[data-role="${name}"]`);
const region = (name) => place.querySelector(`[data-region="${name}"]`);

const parameter = 'run';  // of the address
let shown = new URLSearchParams(location.search).get(parameter) || '';
let chosen = [];  // runs that are compared
let all = false;  // whether older runs are listed too
let ahead = 0;  // seconds by which the server's clock is ahead of this one

__MORPH__
__LOG__
// --- asking

__ASKING__
const patience = { l_look: 7000 }, long = 20000;  // milliseconds that an answer may take
const ask = async (name, question = {}) => {
  try {
    const answer = await inTime(server[name](question), patience[name] || long);
    if (answer && typeof answer === 'object') return answer;
  } catch (problem) {
    console.warn('Tandem: no answer', problem);
  }
  return { away: true };
};

// A note is said for as long as it is true: ``holds`` is asked with each answer of the server.
let holds = null;
const say = (sentence, kind = 'td-notice', still = null) => {
  const line = document.createElement('p');
  line.className = kind;
  line.textContent = sentence;
  holds = sentence ? still : null;
  part('l-said').replaceChildren(...(sentence ? [line] : []));
};

__AWAY__

// --- what stands there

const containers = (name) => [...region(name).querySelectorAll(':scope > [data-l-part]')];
const every = () => ['list', 'run', 'compared'].flatMap(containers);
const have = () => Object.fromEntries(every().map((one) => [one.dataset.lPart, one.mark]));

const clear = (name) => {
  const line = part('l-away');
  if (region(name).contains(line)) place.firstElementChild.prepend(line);
  region(name).replaceChildren();
  element.dispatchEvent(new CustomEvent('td-drawn'));  // its plots are given back
};

// Containers of the parts in their order: new ones are made, those of no part taken away.
const arrange = (name, order) => {
  const wanted = order.filter((one) => one.startsWith(`${name}/`));
  const there = new Map(containers(name).map((one) => [one.dataset.lPart, one]));
  let at = region(name).firstElementChild;
  for (const key of wanted) {
    let one = there.get(key);
    if (!one) {
      one = document.createElement('div');
      one.dataset.lPart = key;
    }
    if (one === at) at = at.nextElementSibling; else region(name).insertBefore(one, at);
  }
  while (at) { const gone = at; at = at.nextElementSibling; gone.remove(); }
  region(name).hidden = !wanted.length;
};

const put = (answer) => {
  const before = every().length;
  for (const name of ['list', 'run', 'compared']) arrange(name, answer.order);
  for (const one of every()) {
    const sent = answer.parts[one.dataset.lPart];
    if (!sent) continue;
    become(one, sent.html);
    one.mark = sent.mark;
  }
  const list = place.querySelector('[data-l-slots]');
  if (list && list !== document.activeElement) list.value = list.dataset.count;
  ticks();
  const plots = Object.values(answer.parts).some((sent) => sent.html.includes('data-figure'));
  if (plots || every().length !== before) element.dispatchEvent(new CustomEvent('td-drawn'));
};

const take = (answer) => {
  if (answer.away) { away(); return; }
  back();
  if (!answer.order) { say(answer.problem || words.unreachable, 'td-problem'); return; }
  ahead = answer.now - Date.now() / 1000;
  part('l-loading').hidden = true;
  if (answer.gone) { show('', false); say(words.gone, 'td-problem'); return; }
  put(answer);
  if (holds && !holds(answer)) say('');
  if (first) come(answer);
  first = false;
  if (answer.log) logged(answer.log);
  clocks();
  if (jump) arrive();
};

// Whoever comes back finds what is at work; the form of a new run is folded meanwhile.
let first = true;
const come = (answer) => {
  if (!answer.work && !shown) return;
  const form = element.querySelector('.td-n-new');
  if (!form.contains(document.activeElement)) form.open = false;  // nobody is at it already
  if (!shown) show(answer.work, false);
};

// --- looking again and again: only while somebody can see it

let timer = 0, asking = false, again = false, ticket = 0, jump = '';
const visible = () => !document.hidden && place.offsetParent !== null;
const look = async () => {
  clearTimeout(timer);
  timer = 0;
  if (!visible()) return;
  if (asking) { again = true; return; }
  asking = true;
  const mine = ticket;
  const question = { shown, chosen, all, log: logEnd, have: have() };
  const answer = await ask('l_look', question);
  asking = false;
  if (!element.isConnected) return;
  if (mine === ticket) take(answer);
  if (again || mine !== ticket) { again = false; look(); return; }
  timer = setTimeout(look, answer.active || answer.away ? 2000 : 10000);
};
const wake = () => { if (!timer && !asking) look(); };
document.addEventListener('visibilitychange', wake);
new ResizeObserver(wake).observe(place);  // its tab was opened

// --- clocks

const seconds = (found) => {
  const whole = Math.max(0, Math.round(found));
  if (whole < 60) return words.seconds.replace('{n}', whole);
  const minutes = Math.floor(whole / 60), rest = whole % 60;
  if (minutes < 60) {
    const more = minutes < 10 && rest ? ` ${words.seconds.replace('{n}', rest)}` : '';
    return words.minutes.replace('{n}', minutes) + more;
  }
  const over = minutes % 60 ? ` ${words.minutes.replace('{n}', minutes % 60)}` : '';
  return words.hours.replace('{n}', Math.floor(minutes / 60)) + over;
};
const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clocks = () => {
  if (!part('l-away').hidden) return;  // nobody knows whether it still goes on
  const now = Date.now() / 1000 + ahead;
  for (const one of place.querySelectorAll('[data-clock]')) {
    const passed = seconds(now - Number(one.dataset.at));
    const said = one.dataset.clock === 'ago' ? words.ago.replace('{time}', passed) : passed;
    if (one.textContent !== said) one.textContent = said;
  }
  for (const one of place.querySelectorAll('[data-when]')) {
    const said = zoned.format(Number(one.dataset.when) * 1000);
    if (one.textContent !== said) one.textContent = said;
  }
  for (const one of place.querySelectorAll('[data-quiet]')) {
    one.hidden = now - Number(one.dataset.at) < Number(one.dataset.quiet);
  }
};
const ticking = setInterval(() => {
  if (!element.isConnected) { clearInterval(ticking); return; }
  if (visible()) clocks();
}, 1000);

// --- which run is shown

const address = () => {
  const query = new URLSearchParams(location.search);
  if (shown) query.set(parameter, shown); else query.delete(parameter);
  const search = query.size ? `?${query}` : '';
  history.replaceState(history.state, '', `${location.pathname}${search}${location.hash}`);
};
const show = (id, arriving = true) => {
  if (id !== shown) { clear('run'); forgetLog(); closeSure(); }
  shown = id;
  ticket += 1;
  jump = id && arriving ? 'run-title' : '';
  address();
  look();
};
const arrive = () => {
  const title = part(jump);
  jump = '';
  title?.focus({ preventScroll: true });
  title?.closest('[data-region]')?.scrollIntoView({ block: 'start', behavior: 'auto' });
};
element.addEventListener('td-run', (event) => {
  const { id, said = '' } = event.detail;
  first = false;
  show(id);
  say(said, 'td-notice', (answer) => shown === id && answer.state === 'queued');
});

__ACTS__

if (shown) jump = 'run-title';
look();
}
"""

_HEAD = """
if (new URLSearchParams(location.search).has('run')) window.tandemTab.arrive('train');
"""


def training_live() -> str:
    """The live side's script, with its sentences filled in."""
    script = _SCRIPT.replace("__MORPH__", morph.SCRIPT.strip())
    script = script.replace("__ASKING__", asking.SCRIPT.strip())
    script = script.replace("__AWAY__", training_away.SCRIPT.strip())
    script = script.replace("__LOG__", training_log.SCRIPT.strip())
    script = script.replace("__ACTS__", training_acts.SCRIPT.strip())
    script = script.replace("__FRAME__", json.dumps(frame.frame(), ensure_ascii=True))
    return script.replace("__WORDS__", markup.script(_sentences()))


def _sentences() -> dict[str, str]:
    return {
        "unreachable": wording.UNREACHABLE,
        "away": words.AWAY,
        "awayRun": words.AWAY_RUN,
        "gone": words.GONE,
        "seconds": words.CLOCK["seconds"],
        "minutes": words.CLOCK["minutes"],
        "hours": words.CLOCK["hours"],
        "ago": words.CLOCK["ago"],
        "stopSure": words.STOP_SURE,
        "dequeueSure": words.DEQUEUE_SURE,
        "stopYes": words.STOP_YES,
        "stopNo": words.STOP_NO,
        "removeSure": words.REMOVE_SURE,
        "removeYes": words.REMOVE_YES,
        "removeNo": words.REMOVE_NO,
        "removeAgain": words.REMOVE_AGAIN,
        "removeLast": words.REMOVE_LAST,
        "copied": words.COPIED,
        "copyFailed": words.COPY_FAILED,
        "logCut": words.LOG_CUT,
    }


def head() -> str:
    """What the page's head holds of it: an address that names a run opens the Train tab."""
    return f"<script>{_HEAD}</script>"
