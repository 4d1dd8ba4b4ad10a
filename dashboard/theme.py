"""Colours and type: the six emotions in light and dark, and the Gradio theme around them.

The hues follow Okabe and Ito (2008), told apart under the common colour deficiencies; each is
darkened or lightened until it keeps 3:1 against its background as a bar. Text is never set in
them: it keeps the ink colour, and a name always stands beside a colour.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.themes import Base

CSS = Path(__file__).resolve().parents[1] / "assets" / "css"
SHEETS = (
    "tandem.css",
    "table.css",
    "links.css",
    "explain.css",
    "batch.css",
    "batch_results.css",
    "training.css",
    "training_live.css",
    "models.css",
)

LIGHT = {
    "Love": "#b5508f",
    "Joy": "#b97d00",
    "Anger": "#b83f00",
    "Fear": "#00845f",
    "Sadness": "#0064a8",
    "Neutral": "#4f5762",
}
DARK = {
    "Love": "#e59ac6",
    "Joy": "#f0b429",
    "Anger": "#f0753a",
    "Fear": "#2cc295",
    "Sadness": "#5fb2ea",
    "Neutral": "#848c96",
}
SURFACES = {
    "light": {
        "page": "#f6f7f9",
        "card": "#ffffff",
        "inset": "#f3f5f8",
        "line": "#dfe3e9",
        "track": "#e8ebf0",
        "ink": "#1b2330",
        "soft": "#566070",
        "accent": "#1d5fa8",
        "accent-ink": "#ffffff",
        "good": "#0b6b4f",
        "bad": "#a63a00",
        "for": "#e08214",
        "against": "#3f7fc4",
    },
    "dark": {
        "page": "#12161d",
        "card": "#1a2029",
        "inset": "#212935",
        "line": "#333d4b",
        "track": "#2b3442",
        "ink": "#e9edf3",
        "soft": "#aab4c2",
        "accent": "#7fb8f0",
        "accent-ink": "#0e1a28",
        "good": "#5cd0a8",
        "bad": "#ff9d6b",
        "for": "#e08a24",
        "against": "#5794d6",
    },
}
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]


def variables() -> str:
    """The colours as CSS custom properties, dark ones under ``.dark``, those of paper in print."""
    light = _declarations(SURFACES["light"], LIGHT)
    dark = _declarations(SURFACES["dark"], DARK)
    return f":root{{{light}}}\n.dark{{{dark}}}\n{_printed(':root,.dark')}"


def _printed(where: str) -> str:
    """The colours of paper: nobody prints on black."""
    drawn = "".join(f"--td-{name}:{colour};" for name, colour in paper().items())
    return f"@media print{{{where}{{{drawn}}}}}\n"


def _declarations(surfaces: dict[str, str], emotions: dict[str, str]) -> str:
    """``--td-…: …;`` for each colour."""
    return "".join(f"--td-{name}:{colour};" for name, colour in _colours(surfaces, emotions))


def _colours(surfaces: dict[str, str], emotions: dict[str, str]) -> list[tuple[str, str]]:
    """Every colour by the name of its variable, without ``--td-``."""
    return [*surfaces.items(), *((label.lower(), colour) for label, colour in emotions.items())]


def paper() -> dict[str, str]:
    """The colours of print, by the names of their variables: the light ones, on white."""
    return dict(_colours(SURFACES["light"], LIGHT)) | {"page": "#ffffff", "card": "#ffffff"}


def stylesheet() -> str:
    """The page's whole style: variables, then the sheets of assets/css."""
    return variables() + "\n".join((CSS / name).read_text(encoding="utf-8") for name in SHEETS)


def standalone() -> str:
    """The style of a page without Gradio, which follows its reader's system in light and dark."""
    dark = _declarations(SURFACES["dark"], DARK)
    system = f"@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    return stylesheet() + system + _printed(":root")


def gradio_theme() -> "Base":
    """Gradio's own widgets in the same colours, on the system's fonts: nothing is fetched."""
    import gradio as gr

    light, dark = SURFACES["light"], SURFACES["dark"]
    theme = gr.themes.Base(font=FONT, font_mono=MONO, radius_size="md", text_size="md")
    return theme.set(
        body_background_fill=light["page"],
        body_background_fill_dark=dark["page"],
        body_text_color=light["ink"],
        body_text_color_dark=dark["ink"],
        body_text_color_subdued=light["soft"],
        body_text_color_subdued_dark=dark["soft"],
        block_background_fill=light["card"],
        block_background_fill_dark=dark["card"],
        block_border_color=light["line"],
        block_border_color_dark=dark["line"],
        block_label_text_color=light["soft"],
        block_label_text_color_dark=dark["soft"],
        block_title_text_color=light["soft"],
        block_title_text_color_dark=dark["soft"],
        border_color_primary=light["line"],
        border_color_primary_dark=dark["line"],
        input_background_fill=light["card"],
        input_background_fill_dark=dark["inset"],
        input_border_color=light["line"],
        input_border_color_dark=dark["line"],
        input_placeholder_color=light["soft"],
        input_placeholder_color_dark=dark["soft"],
        button_primary_background_fill=light["accent"],
        button_primary_background_fill_dark=dark["accent"],
        button_primary_background_fill_hover=light["accent"],
        button_primary_background_fill_hover_dark=dark["accent"],
        button_primary_text_color=light["accent-ink"],
        button_primary_text_color_dark=dark["accent-ink"],
        button_secondary_background_fill=light["card"],
        button_secondary_background_fill_dark=dark["inset"],
        button_secondary_border_color=light["line"],
        button_secondary_border_color_dark=dark["line"],
        button_secondary_text_color=light["ink"],
        button_secondary_text_color_dark=dark["ink"],
        color_accent=light["accent"],
        slider_color=light["accent"],
        block_border_width="0px",
    )
