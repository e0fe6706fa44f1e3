"""A screen in a process of its own, over a made desk: `python -m tests.builders.screen_host KIND`.

`busy` changes every number at every look, `failing` breaks the screen after a moment, `still` does nothing.
"""

import sys
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from desk.contracts.screen import ScreenSettings
from desk.contracts.snapshot import Figure, PositionRow, Snapshot, Source
from desk.ui.launch import run_screen
from tests.builders.frames import busy_snapshot
from tests.builders.screens import KeptMemory, PictureDesk

SECRET = "hunter2"
_FAILS_AT = 8


@dataclass
class HostedDesk(PictureDesk):
    """A desk that is as busy, or as faulty, as it was asked to be."""

    kind: str = "still"

    async def snapshot(self) -> Snapshot:
        given = await super().snapshot()
        if self.kind == "busy":
            moved = tuple(_moved(one, self.polls) for one in given.positions)
            return replace(given, positions=moved, time_ms=given.time_ms + 1_000 * self.polls)
        if self.kind == "failing" and self.polls > _FAILS_AT:
            return Broken(**{one.name: getattr(given, one.name) for one in fields(Snapshot)})
        return given


class Broken(Snapshot):
    """A picture that breaks whoever looks at its time."""

    def __getattribute__(self, name: str) -> object:
        if name == "desk_id":
            api_secret = SECRET
            raise ValueError(api_secret)
        return super().__getattribute__(name)


def _moved(row: PositionRow, by: int) -> PositionRow:
    value = Decimal(by * 7919 % 100_000) / 7
    return replace(row, mark=Figure(value, Source.FEED, by), unrealized_quote=Figure(value, Source.FEED, by))


def main() -> int:
    """Show it until it is left; print the exit code as the last line, unless nobody may read it."""
    desk = HostedDesk(busy_snapshot(positions=30), kind=sys.argv[1])
    settings = ScreenSettings(time_zone="UTC", refresh_hz=10)
    code = run_screen(desk, settings, KeptMemory(), quit_question=None)
    if desk.kind != "busy":
        sys.stdout.write(f"code {code}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
