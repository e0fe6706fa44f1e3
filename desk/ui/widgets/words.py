"""A few drawn lines that may be longer than the screen is wide: they are broken, never cut."""

from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from desk.ui.viewmodels.canvas import Line
from desk.ui.viewmodels.text import clean
from desk.ui.widgets.tone_styles import ToneStyles

_BADGE = Style(reverse=True)


class Words(Static):
    """Show lines in the colours of the theme; no text of theirs is markup."""

    def show(self, lines: Iterable[Line], *, ascii_only: bool = False) -> None:
        """Show these lines."""
        styles = ToneStyles.of(self.app)
        texts: list[Text] = []
        for line in lines:
            text = Text()
            for one in line:
                style = styles[one.tone] + _BADGE if one.is_badge else styles[one.tone]
                text.append(clean(one.text, ascii_only=ascii_only), style)
            texts.append(text)
        self.update(Text("\n").join(texts))
