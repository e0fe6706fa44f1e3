"""The line before the disk: told once each, in order, and recovered only when all is written."""

from desk.contracts.problems import StoreFailed
from desk.journal.batch import Batch
from desk.journal.codec import EntryRow, encode
from desk.journal.line import FIRST_RETRY_MS, SLOWEST_RETRY_MS, Line
from tests.builders import ledger as build


class Heard:
    """Note what the line tells."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def failed(self, batch: Batch, error: StoreFailed) -> StoreFailed:
        self.told.append(f"kept {batch.entries[0].sequence}")
        return error

    def failing(self, error: StoreFailed) -> None:
        self.told.append(f"failing: {error}")

    def recovered(self) -> None:
        self.told.append("recovered")

    def caught_up(self) -> None:
        self.told.append("caught up")


def batch(number: int, outcomes: list[str]) -> Batch:
    row = EntryRow(number, *encode(build.fill_booked(number)), b"")
    return Batch([row], [], (), {}, lambda _: None, 10, lambda error: outcomes.append(f"{number} {error}"))


def line() -> tuple[Line, build.HandClock, Heard]:
    clock, heard = build.HandClock(), Heard()
    made = Line(clock)
    made.listener = heard
    return made, clock, heard


def test_what_fails_is_kept_in_order_and_told_once() -> None:
    waiting, _, heard = line()
    outcomes: list[str] = []
    for number in (1, 2):
        waiting.add(batch(number, outcomes))
    waiting.failed(StoreFailed("full"))
    waiting.failed(StoreFailed("still full"))
    assert heard.told == ["kept 1", "kept 2", "failing: full"]
    assert outcomes == ["1 full", "2 full"]
    assert waiting.lag.entries == 2


def test_it_has_recovered_only_when_all_that_was_refused_is_written() -> None:
    waiting, _, heard = line()
    outcomes: list[str] = []
    waiting.add(batch(1, outcomes))
    waiting.failed(StoreFailed("full"))
    in_hand = waiting.waiting()
    waiting.add(batch(2, outcomes))
    waiting.refuse()
    waiting.written(in_hand)
    assert not {"recovered", "caught up"} & {*heard.told}
    waiting.written(waiting.waiting())
    assert heard.told[-2:] == ["recovered", "caught up"]
    assert waiting.lag.size_bytes == 0


def test_what_came_while_others_were_written_is_still_told_of_a_failure() -> None:
    waiting, _, heard = line()
    outcomes: list[str] = []
    waiting.add(batch(1, outcomes))
    in_hand = waiting.waiting()
    waiting.add(batch(2, outcomes))
    waiting.written(in_hand)
    waiting.failed(StoreFailed("full"))
    assert outcomes == ["1 None", "2 full"]
    assert heard.told == ["kept 2", "failing: full"]


def test_tries_come_slower_and_slower() -> None:
    waiting, clock, _ = line()
    waits = []
    for _ in range(9):
        waiting.failed(StoreFailed("full"))
        waits.append(waiting.retry_in_ms())
        clock.time_ms += waits[-1]
        assert waiting.retry_in_ms() == 0
    assert waits[:3] == [FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]
    assert waits[-1] == SLOWEST_RETRY_MS
