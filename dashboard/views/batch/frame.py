"""What stands around the results: whose they are, files to download, the command, ways on.

Knows metrics and the results' finished HTML; computes nothing.
"""

from core.evaluation.plan import STUDENT
from core.evaluation.schema import Metrics
from dashboard.views import markup
from dashboard.views.tools import menu
from dashboard.wording import batch as words


def frame(metrics: Metrics, drawn: str, scored: bool) -> str:
    """All of it.

    Args:
        drawn: the results' own HTML.
        scored: whether words were scored, so that the submission holds trigger files.
    """
    return (
        '<div class="td-f-results"><div class="td-f-tools">'
        f"{menu(words.DOWNLOAD, _files(metrics, scored), 'f')}"
        f'<button type="button" class="td-button" data-f="again">{words.OTHER_SYSTEMS}</button>'
        f'<p role="status" data-role="file-said"></p></div>{_command(metrics)}{drawn}</div>'
    )


def _files(metrics: Metrics, scored: bool) -> dict[str, tuple[str, str]]:
    """Kind → name and what it is; of a submission, also what it lacks."""
    found = dict(words.FILES)
    name, about = found["submission"]
    if not scored:
        about = f"{about} {words.SUBMISSION_NO_WORDS}"
    if STUDENT not in metrics["systems"]:
        del found["submission"]
    else:
        found["submission"] = (name, about)
    return found


def _command(metrics: Metrics) -> str:
    """What does the same from a shell."""
    command = metrics["run"]["command"]
    if not command:
        return ""
    return (
        f'<details class="td-more" data-key="command"><summary>{words.COMMAND_TITLE}</summary>'
        f'<div class="td-f-command"><code data-role="command">{markup.text(command)}</code>'
        f'<button type="button" class="td-button" data-f="copy">{words.COPY}</button>'
        '<span role="status" data-role="copied"></span></div></details>'
    )
