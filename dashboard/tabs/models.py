"""The Models tab: what lies on this machine, what of it is loaded, what the hub has.

Knows widgets; what the script asks is dashboard/tabs/models_questions.py. There is no event of
Gradio's: loading and downloads belong to the server, not to the page that asked for them.
"""

import gradio as gr

from dashboard.models.services import Models
from dashboard.tabs import models_questions
from dashboard.views.models import shell
from dashboard.views.scripts import models as script
from dashboard.wording import models as words


def build(models: Models) -> None:
    """The tab's one widget, inside the page that is being built."""
    with gr.Tab(words.TAB, id="models", elem_id="td-tab-models"):
        gr.HTML(
            shell.shell(str(models.places.models)),
            elem_id="td-models",
            js_on_load=script.models(),
            server_functions=models_questions.functions(models),
            apply_default_css=False,
        )
