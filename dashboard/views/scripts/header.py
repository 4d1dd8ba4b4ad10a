"""The JavaScript of the header: the server asked now and then, and others told of new models.

Every sentence and every piece of HTML was finished on the server. Others hear of other models by
the event "td-models" on the document, whose detail is their key.
"""

from dashboard import wording
from dashboard.views import markup
from dashboard.views.scripts import asking, morph

_SCRIPT = """
{
__MORPH__
__ASKING__
const words = __WORDS__;
const patience = 5000;  // milliseconds that an answer may take
const quick = 1000, slow = 5000;  // milliseconds between two looks: while something loads, else
let mark = '', models = '', timer = 0, asking = false;

const look = async () => {
  clearTimeout(timer);
  if (!element.isConnected) return;
  let busy = false;
  if (!document.hidden && !asking) {
    asking = true;
    try {
      const answer = await inTime(server.h_look({ mark }), patience);
      if (!answer) away();
      else if (!answer.problem) { busy = answer.busy; show(answer); }
    } catch (problem) {
      console.warn('Tandem: no answer', problem);
      away();
    }
    asking = false;
  }
  clearTimeout(timer);
  timer = setTimeout(look, busy ? quick : slow);
};
// Nothing is known of the server: what stood there is no longer said, and all asked for anew.
const away = () => {
  mark = '';
  const state = element.querySelector('.td-state');
  if (!state || state.classList.contains('td-state-away')) return;
  const dot = document.createElement('span');
  dot.className = 'td-dot';
  dot.setAttribute('aria-hidden', 'true');
  state.className = 'td-state td-state-away';
  state.replaceChildren(dot, words.away);
};
const show = (answer) => {
  mark = answer.mark;
  if (answer.html !== undefined) become(element.querySelector('[data-part="header"]'), answer.html);
  if (answer.models === models) return;
  models = answer.models;
  window.tandemModels = models;
  document.dispatchEvent(new CustomEvent('td-models', { detail: { models } }));
};

document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
document.addEventListener('td-change', look);  // somebody here has just asked for a change
look();
}
"""


def header() -> str:
    """The header's script."""
    script = _SCRIPT.replace("__MORPH__", morph.SCRIPT.strip())
    script = script.replace("__ASKING__", asking.SCRIPT.strip())
    return script.replace("__WORDS__", markup.script({"away": wording.NO_CONNECTION}))
