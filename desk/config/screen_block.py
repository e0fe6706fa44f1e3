"""The model of `ui`: how the screen looks and is steered."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from desk.config.values import TimeZone
from desk.contracts.dto import Dto
from desk.contracts.screen import Palette, ScreenSettings

_LOCAL = "local"


class ScreenBlock(Dto):
    """Set the screen up; what is chosen on it is kept beside the journal and wins."""

    theme: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")] = Field(
        "desk-dark", description="the name of a theme, such as desk-dark or desk-light; `t` shows all"
    )
    palette: Palette = Field(
        Palette.GREEN_RED,
        description="which colours mean profit and loss: green_red, blue_orange or red_green",
    )
    time_zone: TimeZone | None = Field(
        None, description="the IANA time zone of times on the screen; without it, the machine's"
    )
    refresh_hz: Annotated[int, Field(ge=1, le=10)] = Field(
        4, description="how often the screen is drawn, in times a second from 1 to 10"
    )
    ascii_only: bool = Field(default=False, description="true draws with ASCII characters alone")
    keymap: Mapping[str, str] = Field(
        default_factory=dict, description="keys of your own, as action: keys; `?` shows the actions' names"
    )

    def settings(self, *, ascii_only: bool = False, observe: bool = False) -> ScreenSettings:
        """Return what a screen is told; the arguments are asked for on the command line."""
        return ScreenSettings(
            theme=self.theme,
            palette=self.palette,
            time_zone=self.time_zone or _LOCAL,
            refresh_hz=self.refresh_hz,
            ascii_only=self.ascii_only or ascii_only,
            observe=observe,
            keymap=dict(self.keymap),
        )
