"""The Batch tab: a file in; scores, plots, rows and files out.

Knows widgets; what the script asks is dashboard/tabs/batch_questions.py, how it is drawn
dashboard/tabs/batch_shown.py. There is no event of Gradio's: a run belongs to the server, not to
the page that began it.
"""

import gradio as gr

from dashboard.batch.services import Batch
from dashboard.tabs import batch_questions
from dashboard.views.batch import upload
from dashboard.views.scripts import batch as batch_script
from dashboard.views.scripts import plots as plots_script
from dashboard.wording import batch as words


def build(batch: Batch) -> None:
    """The tab's one widget, inside the page that is being built."""
    limits = batch.limits
    with gr.Tab(words.TAB, id="batch", elem_id="td-tab-batch"):
        gr.HTML(
            upload.shell(limits.bytes, limits.rows),
            elem_id="td-batch",
            js_on_load=batch_script.batch() + plots_script.plots(),
            server_functions=batch_questions.functions(batch),
            apply_default_css=False,
        )
