"""The places of the Train tab's live side, as they stand before anything is known of runs.

Knows marks and sentences; knows no run.
"""

from dashboard.wording import training_live as words


def frame() -> str:
    """Places for what is told, the list, runs compared, and one run."""
    return (
        '<div class="td-l td-f">'
        f'<p class="td-problem" role="alert" data-role="l-away" hidden></p>'
        '<div data-region="list" class="td-l-region td-l-list" hidden></div>'
        f'<p class="td-l-note" data-role="l-loading">{words.LOADING}</p>'
        '<div class="td-l-bar-compare" data-role="compare-bar" hidden>'
        f'<button type="button" class="td-button" data-l="compare" disabled '
        f'data-most="{words.COMPARE_LIMIT}" aria-describedby="td-l-compare-about">{words.COMPARE}'
        f'</button><span class="td-l-note" id="td-l-compare-about">{words.COMPARE_ABOUT}</span>'
        "</div>"
        '<div role="status" data-role="l-said"></div>'
        '<div data-region="compared" class="td-l-region" hidden></div>'
        '<div class="td-l-sure" data-role="sure" role="group" hidden></div>'
        '<div data-region="run" class="td-l-region" hidden></div></div>'
    )
