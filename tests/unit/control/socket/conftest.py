"""What the tests of the control socket share: a real picture of a desk that holds a position."""

import pytest

from desk.bootstrap.doors import local_client
from desk.contracts.snapshot import Snapshot
from tests.builders.desk import DeskHouse
from tests.builders.living_desk import LivingDesk


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    taken: list[Snapshot] = []

    async def script(living: LivingDesk) -> None:
        living.tick("50000")
        living.issue(living.new_trade())
        await living.settle(price="50000")
        await living.play(["50100", "50200.5"])
        taken.append(await local_client(living.desk).snapshot())

    DeskHouse(tmp_path_factory.mktemp("picture")).live(script)
    return taken[0]
