"""A journal belongs to one account: another one is no continuation of its books."""

from pathlib import Path

import pytest

from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, ReadFailed
from tests.builders.desk import DeskHouse
from tests.builders.execution import FaultyVenue
from tests.builders.living_desk import LivingDesk


class Account(DeskHouse):
    """A house whose venue tells what it calls the account, after so many failures."""

    def __init__(self, folder: Path) -> None:
        self.told: str | None = None
        self.fails = 0
        super().__init__(folder, wrap=self._wrapped)

    def _wrapped(self, inner: IAPIConnector, clock: Clock, *_: object) -> IAPIConnector:
        house = self

        class Named(FaultyVenue):
            async def fetch_account_id(self) -> str | None:
                if house.fails:
                    house.fails -= 1
                    raise ReadFailed("not now")
                return house.told

        return Named(inner, clock)


async def nothing(_: LivingDesk) -> None:
    """Live, and stop."""


def test_a_journal_starts_on_its_own_account_and_refuses_another(tmp_path: Path) -> None:
    at = Account(tmp_path)
    at.live(nothing)
    at.told = "bybit 1"
    at.live(nothing)
    at.live(nothing)
    at.told = "bybit 2"
    with pytest.raises(InputRefused) as refused:
        at.live(nothing)
    assert str(refused.value) == (
        "platform.yaml: connector.ccxt.api_key: the journal of test-desk belongs to account bybit 1, "
        "and the key opens account bybit 2; use a key of that account, or give this one another desk.id "
        "or storage.path"
    )
    at.told = None
    at.live(nothing)


def test_a_read_that_fails_says_nothing_about_whose_it_is(tmp_path: Path) -> None:
    at = Account(tmp_path)
    at.told, at.fails = "bybit 1", 4
    at.live(nothing)
    at.fails = 5
    with pytest.raises(ReadFailed):
        at.live(nothing)
