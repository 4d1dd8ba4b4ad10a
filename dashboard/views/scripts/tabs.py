"""The JavaScript in the page's head that opens tabs: by an address, and again after a reload.

A page that is reloaded shows the tab that it showed; one that is opened at an address, what the
address says. Knows the ids of the tabs' buttons; which address means which tab is each tab's own.
"""

_SCRIPT = """
(() => {
const key = 'tandem.tab';
const button = (name) => document.querySelector(`#td-tab-${name}-button`);
const opened = (one) => Boolean(one) && one.getAttribute('aria-selected') === 'true';
const open = (name, patience) => {  // tabs are there only some time after the page's head
  const tab = button(name);
  if (opened(tab)) return;
  if (tab) tab.click();
  if (patience) setTimeout(() => open(name, patience - 1), 100);
};
const stored = () => {
  try {
    return sessionStorage.getItem(key) || '';
  } catch (problem) {
    console.warn('Tandem: nothing can be stored', problem);
    return '';
  }
};
const again = performance.getEntriesByType('navigation')[0]?.type === 'reload';
const before = again ? stored().replace(/[^a-z]/g, '') : '';

window.tandemTab = {
  open(name) { open(name, 600); },
  // For an address: what was open before a reload goes first.
  arrive(name) { open(before || name, 600); },
};
if (before) open(before, 600);
window.addEventListener('pagehide', () => {
  const now = document.querySelector('[id^="td-tab-"][aria-selected="true"]');
  if (!now) return;
  try {
    sessionStorage.setItem(key, now.id.replace(/^td-tab-|-button$/g, ''));
  } catch (problem) {
    console.warn('Tandem: nothing can be stored', problem);
  }
});
})();
"""


def head() -> str:
    """What the page's head holds of it; stands before the scripts that use it."""
    return f"<script>{_SCRIPT}</script>"
