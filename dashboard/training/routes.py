"""The way in for data files of the Train tab.

Knows the address; how a file comes in is dashboard/uploads.py.
"""

from starlette.routing import Route

from dashboard.training.services import Training
from dashboard.uploads import receiving

UPLOAD = "/tandem/training/upload"


def routes(training: Training) -> list[Route]:
    """For ``app_kwargs`` of Gradio's launch."""
    return [receiving(UPLOAD, training.uploads, training.limits.bytes, training.too_large)]
