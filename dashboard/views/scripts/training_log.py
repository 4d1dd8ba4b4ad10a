"""Of the live side's script the part about the log: lines appended, the end followed.

Stands inside the block of dashboard/views/scripts/training_live.py and uses its names ``part`` and
``words``. The end is followed unless the person scrolled up.
"""

SCRIPT = """
// --- the log

let logEnd = null;  // bytes of the shown run's log that stand here
const mostLines = 1500;
const near = 24;  // pixels from the end that still count as the end
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < near;
const endButton = () => place.querySelector('[data-l="end"]');
const forgetLog = () => { logEnd = null; };

const logged = (log) => {
  const box = part('log');
  if (!box) return;
  const first = logEnd === null || !box.childElementCount;
  const follow = first || atEnd(box);
  if (log.cut) {
    box.replaceChildren();
    const line = document.createElement('div');
    line.className = 'td-l-cut';
    line.textContent = words.logCut;
    box.append(line);
  }
  box.insertAdjacentHTML('beforeend', log.html);
  logEnd = log.end;
  box.hidden = !box.childElementCount;
  part('log-empty').hidden = !box.hidden;
  const before = box.scrollHeight;
  while (box.childElementCount > mostLines) box.firstElementChild.remove();
  if (follow) box.scrollTop = box.scrollHeight;
  else box.scrollTop -= before - box.scrollHeight;
  endButton().hidden = atEnd(box);
};
const toEnd = () => {
  const box = part('log');
  box.scrollTop = box.scrollHeight;
  endButton().hidden = true;
  box.focus({ preventScroll: true });
};
place.addEventListener('scroll', (event) => {
  if (event.target.dataset?.role === 'log') endButton().hidden = atEnd(event.target);
}, { capture: true, passive: true });
"""
