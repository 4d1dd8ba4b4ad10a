"""The JavaScript of the header: the server asked now and then, and others told of new models.

Every sentence and every piece of HTML was finished on the server. Others hear of other models by
the event "td-models" on the document, whose detail is their key.
"""

from dashboard.views.scripts import morph

_SCRIPT = """
{
__MORPH__
const quick = 1000, slow = 5000;  // milliseconds between two looks: while something loads, else
let mark = '', models = '', timer = 0, asking = false;

const look = async () => {
  clearTimeout(timer);
  if (!element.isConnected) return;
  let busy = false;
  if (!document.hidden && !asking) {
    asking = true;
    try {
      const answer = await server.h_look({ mark });
      if (answer && !answer.problem) { busy = answer.busy; show(answer); }
    } catch (problem) {
      console.warn('Tandem: no answer', problem);
    }
    asking = false;
  }
  clearTimeout(timer);
  timer = setTimeout(look, busy ? quick : slow);
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
    return _SCRIPT.replace("__MORPH__", morph.SCRIPT.strip())
