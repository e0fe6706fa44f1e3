"""Every way a desk's files can look at the moment it dies, and its next life on such files.

Between two commits nothing durable changes. A picture of the files after every commit, of the journal and of
the paper account, is therefore what a SIGKILL at any await, or between any two statements, can leave.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from connectors.paper.accountfile import AccountFile
from desk.config.storage import StorageLayout
from desk.journal.inline import InlineStore
from tests.builders.desk import DeskHouse, surviving


@dataclass(frozen=True)
class Death:
    """The files right after commit number `number`, which was one of the journal or the account."""

    number: int
    place: str
    time_ms: int
    step: int
    files: dict[str, bytes]


@contextmanager
def deaths_of(house: DeskHouse) -> Iterator[list[Death]]:
    """Collect every death that the desk could die while the block runs."""
    deaths: list[Death] = []

    def note(place: str) -> None:
        living = house.living
        if living is None:
            return
        files = {name: (house.state.folder / name).read_bytes() for name in surviving(house.state)}
        deaths.append(Death(len(deaths), place, living.clock.now_ms(), living.loop.steps, files))

    submit = _noted(InlineStore.submit, lambda: note("journal"))
    save = _noted(AccountFile.save, lambda: note("account"))
    with patch.object(InlineStore, "submit", submit), patch.object(AccountFile, "save", save):
        yield deaths


def _noted(method: Callable[..., Any], note: Callable[[], None]) -> Callable[..., Any]:
    def call(*arguments: object) -> object:
        answer = method(*arguments)
        note()
        return answer

    return call


def reborn(house: DeskHouse, death: Death, folder: Path, down_ms: int = 1_000) -> DeskHouse:
    """Return a house in `folder` whose desk died this death and was away for `down_ms`."""
    state = StorageLayout(folder)
    state.create()
    for name, content in death.files.items():
        (folder / name).write_bytes(content)
    return house.moved(state, death.time_ms + down_ms)
