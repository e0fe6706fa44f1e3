"""A connector is asked for by its settings, and nothing of another one is imported."""

import random
import subprocess
import sys
from pathlib import Path

from connectors import registry
from connectors.ccxt.settings import CcxtSettings, MarketChoice
from desk.contracts.paper import PaperSettings
from tests.builders.venue import INSTRUMENTS, D, ManualClock, TaskSpawner

_FOREIGN = """
import random, sys
import desk.bootstrap.live, desk.bootstrap.history
from connectors import registry
from desk.cli.main import main
from desk.contracts.paper import PaperSettings
from tests.builders.venue import D, INSTRUMENTS, ManualClock, TaskSpawner

parts = registry.ConnectorParts(INSTRUMENTS, ManualClock(), TaskSpawner(), random.Random(1), None)
registry.create(PaperSettings(opening_balances={"USDT": D(5)}), parts)
assert main(["check", "platform.yaml"]) == 0
assert main(["doctor", "--platform", "platform.yaml", "--set", "storage.path=/nowhere"]) == 0
foreign = ("ccxt", "aiohttp", "connectors.ccxt.connector")
print([name for name in foreign if name in sys.modules])
"""


def parts() -> registry.ConnectorParts:
    return registry.ConnectorParts(INSTRUMENTS, ManualClock(), TaskSpawner(), random.Random(1), None)


def test_each_connector_is_built_by_its_settings() -> None:
    paper = registry.create(PaperSettings(opening_balances={"USDT": D(5)}), parts())
    assert paper.name == "paper"
    assert paper.capabilities.observes_market
    assert registry.create(CcxtSettings(exchange="bybit", market=MarketChoice.SWAP), parts()).name == "ccxt"


def test_the_paper_exchange_imports_nothing_of_a_real_one() -> None:
    root = Path(__file__).parents[3]
    told = subprocess.run(
        [sys.executable, "-c", _FOREIGN], capture_output=True, text=True, check=True, cwd=root
    )
    assert told.stdout.splitlines()[-1] == "[]"
