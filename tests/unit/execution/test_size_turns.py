"""Which way a size went last, and for how long another worker may not turn it."""

import dataclasses

import pytest

from desk.contracts.ids import DirectiveId
from desk.execution.size_turns import SizeTurns
from tests.builders.wishes import PARTIALS, PYRAMID, TRADE, Wishes


class NoJournal:
    """Hold no memory, and keep nothing."""

    def record(self, *_: object) -> None:
        pass

    def worker_memory(self, *_: object) -> dict[str, str]:
        return {}


@dataclasses.dataclass
class SetClock:
    """A wall clock that somebody sets."""

    at_ms: int = 1_000_000

    def now_ms(self) -> int:
        return self.at_ms


@pytest.mark.parametrize(("later_ms", "waits"), [(0, True), (4_999, True), (5_000, False), (-1, False)])
def test_a_turn_settles_for_its_time_and_not_for_as_long_as_a_clock_was_set_back(
    later_ms: int, *, waits: bool
) -> None:
    clock, nothing = SetClock(), NoJournal()
    turns = SizeTurns(nothing, nothing, clock, settling_ms=5_000)  # type: ignore[arg-type]
    turns.note(TRADE, DirectiveId.at(0, 9), PYRAMID, 1)
    clock.at_ms += later_ms
    assert (turns.opposed(Wishes("1").size(PARTIALS, "0.5")) is not None) is waits
