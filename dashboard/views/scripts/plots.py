"""The JavaScript of an evaluation's figures: plots by plotly.js, and choices without a server.

Knows the marks of dashboard/views/batch/plots.py and parts.py. Figures come as JSON with colours
named as CSS variables; here they get the colours of the moment: light, dark, or paper. What a
figure says was finished and escaped in Python. What all of them share is plots_look.py.
"""

from dashboard import theme
from dashboard.served import PLOTLY
from dashboard.views import markup
from dashboard.views.scripts import plots_look

_SCRIPT = """
function tandemFigures(root, load) {
const paper = __PAPER__;
const drawn = new Map();  // place → { here, figure, size }: what must be given back
let printing = false;

// --- colours of the moment

function colour(name) {
  if (printing) return paper[name] || '#000000';
  return getComputedStyle(root).getPropertyValue(name).trim() || '#808080';
}
function coloured(value) {
  if (typeof value === 'string') {
    return value.replace(/var\\((--td-[a-z-]+)\\)/g, (_, name) => colour(name));
  }
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one)]));
  }
  return value;
}

__LOOK__
// --- drawing, drawing again, giving back

const config = {
  displayModeBar: false, displaylogo: false, responsive: false, scrollZoom: false,
  doubleClick: false, showTips: false, plotlyServerURL: '', showSendToCloud: false,
  showEditInChartStudio: false,
};

function giveBack(place) {
  const one = drawn.get(place);
  if (!one) return;
  window.Plotly?.purge(one.here);
  one.here.remove();
  drawn.delete(place);
}

function draw(place) {
  const given = place.dataset.figure;
  let one = drawn.get(place);
  if (one && one.here.parentNode !== place) { giveBack(place); one = null; }
  if (!place.clientWidth) return;  // not shown: another choice is
  const width = printing ? Math.min(place.clientWidth, 660) : place.clientWidth;
  const look = `${width} ${colour('--td-ink')} ${colour('--td-card')}`;
  if (one && one.given === given && one.look === look) return;
  if (!one) {
    const here = document.createElement('div');
    place.replaceChildren(here);
    one = { here };
    drawn.set(place, one);
    place.closest('.td-b-plot')?.querySelector('[data-plot="save"]')?.removeAttribute('hidden');
  }
  Object.assign(one, { given, look });
  const height = parseInt(place.style.getPropertyValue('--h'), 10) || 300;
  const { data, layout } = dressed(JSON.parse(given), width, height);
  window.Plotly.react(one.here, data, layout, config);
  place.style.minHeight = `${layout.height}px`;
}

const seen = new Set();
const looking = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) { seen.add(entry.target); soon(); } else seen.delete(entry.target);
  }
}, { rootMargin: '300px' });
const sizing = new ResizeObserver(() => soon());
const watched = new Set();

let asked = 0;
function soon() {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(drawSeen);
}
function drawSeen() {
  if (!window.Plotly) { fetchPlotly(); return; }
  for (const place of seen) if (place.isConnected) draw(place);
}

let loading = null;
function fetchPlotly() {
  loading ||= load().then(soon, () => {
    loading = null;
    for (const one of root.querySelectorAll('[data-plot="failed"]')) one.hidden = false;
  });
}

// New results reuse the old elements: what is gone is given back, what is new is watched.
function look() {
  for (const place of [...watched]) {
    if (root.contains(place) && place.matches('.td-plot[data-figure]')) continue;
    giveBack(place);
    looking.unobserve(place);
    sizing.unobserve(place);
    watched.delete(place);
    seen.delete(place);
  }
  for (const place of root.querySelectorAll('.td-plot[data-figure]')) {
    if (watched.has(place)) continue;
    watched.add(place);
    looking.observe(place);
    sizing.observe(place);
  }
  for (const group of root.querySelectorAll('[data-choices]')) choose(group);
  soon();
}

// --- choices: of many blocks the one whose values stand in the selects

const own = (group, mark) => [...group.querySelectorAll(mark)]
  .filter((one) => one.closest('[data-choices]') === group);
function choose(group) {
  const value = own(group, '[data-choose]').map((one) => `/${one.value}`).join('');
  for (const block of own(group, '[data-choice]')) block.hidden = block.dataset.choice !== value;
}
root.addEventListener('change', (event) => {
  const group = event.target.matches?.('[data-choose]') && event.target.closest('[data-choices]');
  if (group) { choose(group); soon(); }
});

// --- what is pressed

root.addEventListener('click', (event) => {
  const save = event.target.closest?.('[data-plot="save"]');
  if (save) {
    const place = save.closest('.td-b-plot').querySelector('.td-plot');
    const one = drawn.get(place);
    const name = place.getAttribute('aria-label').split('.')[0].toLowerCase()
      .replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60) || 'plot';
    if (one) window.Plotly.downloadImage(one.here, { format: 'svg', filename: name });
  }
  const link = event.target.closest?.('[data-b="jump"]');
  if (link) {
    event.preventDefault();
    const target = root.querySelector(link.getAttribute('href'));
    target?.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  }
});

// --- light, dark, paper

const themes = new MutationObserver(() => soon());
for (const one of [document.documentElement, document.body]) {
  themes.observe(one, { attributes: true, attributeFilter: ['class'] });
}
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => soon());
function print(on) {
  if (printing === on) return;
  printing = on;
  if (window.Plotly) for (const place of watched) if (on || drawn.has(place)) draw(place);
}
window.addEventListener('beforeprint', () => print(true));
window.addEventListener('afterprint', () => print(false));
window.matchMedia('print').addEventListener('change', (event) => print(event.matches));

look();
return look;
}
"""

_PAGE = """
{
// Fetched once for the page, and only when a result with plots is shown.
const load = () => (window.tandemPlotly ||= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = new URL(__ADDRESS__, new URL('./', window.location.href)).href;
  script.onload = resolve;
  script.onerror = () => { script.remove(); window.tandemPlotly = null; reject(); };
  document.head.append(script);
}));
const look = tandemFigures(element, load);
element.addEventListener('td-drawn', look);  // a script put results there
watch('value', look);
element.addEventListener('td-drawn', () => look());  // a script of the same element put it there
}
"""

_FILE = """
window.addEventListener('DOMContentLoaded', () => {
  tandemFigures(document.querySelector('main'), () => Promise.resolve());
});
"""


def plots() -> str:
    """For ``js_on_load`` of the gr.HTML that holds results: draws at each new value, and when the
    element hears ``td-drawn``."""
    address = markup.script(PLOTLY.lstrip("/"))
    return _functions() + _PAGE.replace("__ADDRESS__", address)


def standalone() -> str:
    """For a page of its own that has window.Plotly already: draws once it is read."""
    return _functions() + _FILE


def _functions() -> str:
    """The one function behind both, with the colours of paper."""
    paper = {f"--td-{name}": colour for name, colour in theme.paper().items()}
    script = _SCRIPT.replace("__LOOK__", plots_look.SCRIPT.strip())
    return script.replace("__PAPER__", markup.script(paper))
