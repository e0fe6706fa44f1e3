"""A connector is asked for by name, and says what is wrong with its settings."""

import random
from decimal import Decimal

import pytest

from connectors import registry
from desk.contracts.problems import InputRefused
from tests.builders.venue import INSTRUMENTS, ManualClock, TaskSpawner


def parts() -> registry.ConnectorParts:
    return registry.ConnectorParts(INSTRUMENTS, ManualClock(), TaskSpawner(), random.Random(1), None)


@pytest.mark.parametrize("slippage", [Decimal("0.001"), "0.001", 0])
def test_a_connector_is_built_by_name(slippage: object) -> None:
    connector = registry.create("paper", {"slippage": slippage, "opening_balances": {"USDT": "5"}}, parts())
    assert connector.name == "paper"
    assert connector.capabilities.observes_market


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InputRefused, match=r"connector\.name: unknown connector 'papper'; write one of: paper"
    ):
        registry.create("papper", {}, parts())


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"slipage": "0.1"}, "connector.paper.slipage"),
        ({"slippage": "1.5"}, "connector.paper.slippage"),
        ({"slippage": "NaN"}, "connector.paper.slippage"),
        ({"latency_ms": True}, "connector.paper.latency_ms"),
        ({"latency_ms": -1}, "connector.paper.latency_ms"),
        ({"opening_balances": {"USDT": "-1"}}, "connector.paper.opening_balances.USDT"),
        ({"max_fill_base": "0"}, "connector.paper.max_fill_base"),
    ],
)
def test_a_faulty_setting_is_named(settings: dict[str, object], key: str) -> None:
    with pytest.raises(InputRefused) as refused:
        registry.create("paper", settings, parts())
    assert [problem.key for problem in refused.value.problems] == [key]
