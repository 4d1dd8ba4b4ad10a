"""One explanation as a file of its own: an HTML page without script, server or other files.

Knows the page's style sheets and the parts that say something by themselves.
"""

from dashboard import theme, wording
from dashboard.shown import Shown
from dashboard.views import markup
from dashboard.views.explained import results
from dashboard.wording import explain as words

_FRAME = """
body { margin: 0; background: var(--td-page); color: var(--td-ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px;
  position: relative; overflow-x: clip; } /* tips that are not shown widen nothing */
main p, main h1, main h2, main h3, main h4 { margin: 0; }
"""


def page(shown: Shown) -> str:
    """The whole file: text, answers, words by method, links, agreement, and what it was made of.

    It follows the reader's system in light and dark.
    """
    text = shown.explanation.text
    sections = results.report(shown)
    body = "".join(
        f'<section class="td-card td-x-section"><h3>{words.SECTIONS[key]}</h3>{drawn}</section>'
        for key, drawn in sections.items()
    )
    found = shown.explanation
    made = words.made(shown.names, found.models, found.seed, shown.question.options)
    if not found.complete:
        made = f"{words.INCOMPLETE} {made}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words.FILE_TITLE}: {markup.attribute(' '.join(text.split())[:80])}</title>"
        f"<style>{theme.standalone()}{_FRAME}</style></head>"
        f'<body><main id="td-explain"><div class="td-x-results">'
        f'<h1 class="td-x-file-title">{wording.NAME}: {words.TAB.lower()}</h1>'
        f'<blockquote class="td-x-tweet" dir="auto">{markup.text(text)}</blockquote>'
        f'{results.head(shown, "")}{body}<p class="td-note">{markup.text(made)}</p>'
        "</div></main></body></html>\n"
    )
