"""The Train tab: a form that starts runs, and the runs themselves.

Knows widgets; what the scripts ask is dashboard/tabs/training_questions.py and training_live.py.
There is no event of Gradio's: a run belongs to nobody's page, not even to this server.
"""

import gradio as gr

from dashboard.tabs import training_live, training_questions
from dashboard.training.recipes import offered
from dashboard.training.services import Training
from dashboard.views.scripts import plots as plots_script
from dashboard.views.scripts import training as script
from dashboard.views.scripts import training_live as live_script
from dashboard.views.training import new
from dashboard.wording import training as words


def build(training: Training) -> None:
    """The tab's one widget, inside the page that is being built."""
    with gr.Tab(words.TAB, id="train", elem_id="td-tab-train"):
        gr.HTML(
            new.shell(offered(), training.limits.bytes),
            elem_id="td-train",
            js_on_load=script.training() + live_script.training_live() + plots_script.plots(),
            server_functions=[
                *training_questions.functions(training),
                *training_live.functions(training),
            ],
            apply_default_css=False,
        )
