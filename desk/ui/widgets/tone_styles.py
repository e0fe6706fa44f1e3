"""What each tone looks like in the theme of now: a colour of the theme, an attribute that grey keeps."""

from collections.abc import Mapping
from typing import TypeVar

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError

from desk.ui.viewmodels.tones import Tone

Returned = TypeVar("Returned")

_ATTRIBUTES: Mapping[Tone, Style] = {
    Tone.STRONG: Style(bold=True),
    Tone.ALARM: Style(bold=True, reverse=True),
    Tone.STALE: Style(italic=True),
    Tone.UNKNOWN: Style(bold=True),
}
_FALLBACKS: Mapping[Tone, str] = {
    Tone.DIM: "text-muted",
    Tone.ACCENT: "accent",
    Tone.GOOD: "success",
    Tone.BAD: "error",
    Tone.WARN: "warning",
    Tone.ALARM: "error",
    Tone.STALE: "text-disabled",
    Tone.UNKNOWN: "warning",
}


class ToneStyles:
    """Read the styles of tones from an app's theme."""

    @classmethod
    def of(cls, app: App[Returned]) -> Mapping[Tone, Style]:
        """Return a style for every tone: the theme's `tone-NAME`, else its nearest colour of the toolkit."""
        variables = app.theme_variables
        return {tone: _colour(tone, variables) + _ATTRIBUTES.get(tone, Style()) for tone in Tone}


def _colour(tone: Tone, variables: Mapping[str, str]) -> Style:
    for name in (f"tone-{tone}", _FALLBACKS.get(tone, "")):
        try:
            colour = Color.parse(variables.get(name, ""))
        except ColorParseError:
            continue
        return Style(color=colour.rich_color)
    return Style()
