"""A desk watches what it trades and holds, and what values it; of thousands no more."""

import pytest

from desk.runtime.watch_list import Interests, watch_list
from tests.builders.venue import instrument

SPOT = [instrument(one) for one in ("BTC/USDT", "ETH/USDT", "ETH/BTC", "SOL/BTC", "EUR/USDT", "USDT/TRY")]
SWAP = [instrument(one) for one in ("BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDC:USDC", "USDC/USDT:USDT")]


@pytest.mark.parametrize(
    ("symbols", "currencies", "watched"),
    [
        (["BTC/USDT", "BTC/USDT"], [], ["BTC/USDT"]),
        (["BTC/USDT", "GONE/USDT"], ["USDT"], ["BTC/USDT"]),
        (["ETH/BTC"], [], ["ETH/BTC", "BTC/USDT"]),
        ([], ["EUR", "TRY"], ["EUR/USDT", "USDT/TRY"]),
        ([], ["SOL"], ["SOL/BTC", "BTC/USDT"]),
        ([], ["NOTHING"], []),
    ],
)
def test_what_is_traded_or_held_is_watched_with_what_values_it(
    symbols: list[str], currencies: list[str], watched: list[str]
) -> None:
    assert watch_list(Interests(symbols, currencies, "USDT"), SPOT) == tuple(watched)


def test_perpetuals_value_coins_where_there_is_no_spot() -> None:
    assert watch_list(Interests(["BTC/USDC:USDC"], ["ETH"], "USDT"), SWAP) == (
        "BTC/USDC:USDC", "USDC/USDT:USDT", "ETH/USDT:USDT",
    )  # fmt: skip


def test_what_is_watched_anyway_values_before_anything_else() -> None:
    both = [*SPOT, *SWAP]
    assert watch_list(Interests(["BTC/USDT:USDT"], ["BTC"], "USDT"), both) == ("BTC/USDT:USDT",)
