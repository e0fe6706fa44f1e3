"""Every way a desk's files can look at the moment it dies, and its next life on such files.

Between two commits nothing durable changes. A picture of the files after every commit, of the journal and of
the paper account, is therefore what a SIGKILL at any await, or between any two statements, can leave.

A desk that writes in a thread waits for its disk only before bytes leave. When it dies, what it wrote since
then may be lost, while the venue went on: `with_lag` gives each death such a journal.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.paper.accountfile import AccountFile
from desk.config.storage import StorageLayout
from desk.journal.batch import Batch
from desk.journal.inline import InlineStore
from tests.builders.desk import DeskHouse, surviving

_AWAITED = frozenset({"RUN_STARTED", "ORDER_INTENDED", "AMEND_INTENDED", "DESK_STATE_CHANGED"})
"""What is durable before the desk goes on."""


@dataclass(frozen=True)
class Death:
    """The files right after commit number `number`, which was one of the journal or the account.

    `awaited` is the number of the last commit that the desk waited for.
    """

    number: int
    place: str
    time_ms: int
    step: int
    files: dict[str, bytes]
    awaited: int


def with_lag(deaths: Sequence[Death]) -> list[Death]:
    """Return those deaths that can lose journal entries, with all lost that can be."""
    lagging = []
    for death in deaths:
        kept = deaths[death.awaited].files
        files = {**death.files, **{name: kept[name] for name in kept if name.startswith("journal")}}
        if files != death.files:
            lagging.append(replace(death, place=f"{death.place}, journal of {death.awaited}", files=files))
    return lagging


@contextmanager
def deaths_of(house: DeskHouse) -> Iterator[list[Death]]:
    """Collect every death that the desk could die while the block runs."""
    deaths: list[Death] = []

    def note(place: str, *, is_awaited: bool) -> None:
        living = house.living
        if living is None:
            return
        files = {name: (house.state.folder / name).read_bytes() for name in surviving(house.state)}
        number = len(deaths)
        awaited = number if is_awaited or not deaths else deaths[-1].awaited
        deaths.append(Death(number, place, living.clock.now_ms(), living.loop.steps, files, awaited))

    def note_journal(_: object, batch: Batch) -> None:
        note("journal", is_awaited=any(one.kind in _AWAITED for one in batch.entries))

    submit = _noted(InlineStore.submit, note_journal)
    save = _noted(AccountFile.save, lambda *_: note("account", is_awaited=False))
    with patch.object(InlineStore, "submit", submit), patch.object(AccountFile, "save", save):
        yield deaths


def _noted(method: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    def call(*arguments: object) -> object:
        answer = method(*arguments)
        note(*arguments)
        return answer

    return call


def reborn(house: DeskHouse, death: Death, folder: Path, down_ms: int = 1_000) -> DeskHouse:
    """Return a house in `folder` whose desk died this death and was away for `down_ms`."""
    state = StorageLayout(folder)
    state.create()
    for name, content in death.files.items():
        (folder / name).write_bytes(content)
    return house.moved(state, death.time_ms + down_ms)
