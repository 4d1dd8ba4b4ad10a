"""JavaScript that makes one piece of the page like another, touching only what differs.

Focus, scrolling, folds that are open, boxes that are ticked and plots that are drawn stay as they
are. ``data-key`` says which of several alike elements is which. Stands in a block of its own; the
names are all ``const``, since a plain function would leak out of the block.
"""

SCRIPT = """
// What the page itself decides about an element, whatever the server sends.
const ownAttribute = (node, name) => (name === 'open' && node.nodeName === 'DETAILS')
  || (name === 'style' && node.matches('.td-plot'))
  || (name === 'hidden' && node.matches('[data-plot], [data-quiet], [data-own]'));
const ownContent = (node, next) => node.matches('.td-plot[data-figure], [data-own]')
  || (node.dataset.clock && node.dataset.clock === next.dataset.clock)
  || (node.dataset.when && node.dataset.when === next.dataset.when);

const dress = (node, next) => {
  for (const { name } of [...node.attributes]) {
    if (!next.hasAttribute(name) && !ownAttribute(node, name)) node.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (node.getAttribute(name) !== value && !ownAttribute(node, name)) {
      node.setAttribute(name, value);
    }
  }
};

const keyOf = (node) => node.dataset?.key || '';
const alike = (node, next) => node.nodeName === next.nodeName && keyOf(node) === keyOf(next);

const morphChildren = (node, next) => {
  const keyed = new Map([...node.children].filter(keyOf).map((one) => [keyOf(one), one]));
  let at = node.firstChild;
  for (const wanted of [...next.childNodes]) {
    const kept = keyOf(wanted) ? keyed.get(keyOf(wanted)) : at;
    if (!kept || !alike(kept, wanted)) { node.insertBefore(wanted, at); continue; }
    if (kept === at) at = at.nextSibling; else node.insertBefore(kept, at);
    morph(kept, wanted);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
};

const morph = (node, next) => {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.nodeValue !== next.nodeValue) node.nodeValue = next.nodeValue;
    return;
  }
  const own = ownContent(node, next);
  dress(node, next);
  if (!own) morphChildren(node, next);
};

// Makes the content of an element like finished HTML.
const become = (node, html) => {
  const wanted = document.createElement('template');
  wanted.innerHTML = html;
  morphChildren(node, wanted.content);
};
"""
