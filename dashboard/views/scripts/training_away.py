"""Of the live side's script the part about a server that does not answer: said, and taken back.

Stands inside the block of dashboard/views/scripts/training_live.py and uses its names ``part``,
``place`` and ``words``.
"""

SCRIPT = """
// --- the server does not answer: what stands there is of the last answer, and says so

let heard = 0;  // the last answer, milliseconds since 1970; 0 before the first
const hour = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const away = () => {
  const line = part('l-away');
  if (!line.hidden) return;
  const state = place.querySelector('[data-l-part="run/state"]');
  const said = heard ? words[state ? 'awayRun' : 'away'] : words.unreachable;
  line.textContent = said.replace('{time}', () => hour.format(heard));
  if (state) state.before(line);
  line.hidden = false;
  place.classList.add('td-l-stale');
};
const back = () => {
  heard = Date.now();
  const line = part('l-away');
  if (line.hidden) return;
  line.hidden = true;
  place.firstElementChild.prepend(line);  // where parts of a run do not stand
  place.classList.remove('td-l-stale');
};
"""
