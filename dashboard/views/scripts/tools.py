"""Of the results' script the part that saves files and copies a link to all.

Knows the ``data-`` marks of dashboard/views/tools.py. Stands inside the block of
dashboard/views/scripts/table.py and uses its names: items, rows, section, ask, said, fill, words.
"""

from dashboard.wording import many

LINK_LIMIT = 8_000  # characters of an address

SCRIPT = """
// --- files

function chosen() {
  const which = element.querySelector('[name="td-which"]:checked')?.value;
  const all = rows();
  if (!all.length) return [...items.keys()];
  return all.filter((row) => which === 'all' || !row.hidden).map(numberOf);
}

async function save(kind) {
  said(words.preparing);
  const list = chosen().map((number) => items.get(number));
  const answer = await ask('file', { kind, items: list });
  if (!answer) return;
  if (answer.problem) { said(answer.problem); return; }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([answer.text], { type: answer.type }));
  link.download = answer.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  said(answer.said);
}

// --- the link

function address() {
  const { language, models } = section().dataset;
  const list = [...items.values()];
  const query = new URLSearchParams(list.map((item) => ['tweet', item.text]));
  const single = list.length === 1;
  query.append('language', single ? list[0].language : language);
  if (single && list[0].translation !== null) query.append('translation', list[0].translation);
  query.append('models', models);
  const lost = !single && list.some(
    (item) => item.language !== language || item.translation !== null);
  return { link: `${location.origin}${location.pathname}?${query}`, lost };
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;  // no right to, or no clipboard on a page without TLS: the field stands in
  }
}

async function copyLink() {
  const { link, lost } = address();
  if (link.length > words.limit) {
    said(fill(words.long, {
      length: link.length.toLocaleString('en'), limit: words.limit.toLocaleString('en') }));
    return;
  }
  if (await copied(link)) said(lost ? words.plain : words.copied);
  else said(words.byHand, link);
}
"""


def words() -> dict[str, str | int]:
    """The sentences of this part."""
    return {
        "preparing": many.PREPARING,
        "copied": many.LINK_COPIED,
        "plain": many.LINK_PLAIN,
        "long": many.LINK_TOO_LONG,
        "byHand": many.LINK_BY_HAND,
        "limit": LINK_LIMIT,
    }
