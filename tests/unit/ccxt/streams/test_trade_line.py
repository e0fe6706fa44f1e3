"""The public trades of a symbol: each once, in order, the missed ones before the newer ones."""

from decimal import Decimal

from connectors.ccxt.streams.trade_line import TradeLine
from desk.contracts.ports.market_source import MarketUpdate, TradeUpdate
from tests.builders.market import BTC, START_MS


def trade(name: str | None, at_ms: int) -> TradeUpdate:
    return TradeUpdate(BTC, START_MS + at_ms, Decimal(100), Decimal(1), name)


def line() -> tuple[TradeLine, list[MarketUpdate]]:
    told: list[MarketUpdate] = []
    return TradeLine(told.append, START_MS), told


def test_missed_trades_come_before_those_that_waited() -> None:
    one, told = line()
    one.take(trade("a", 1))
    one.hold()
    one.take(trade("d", 4))
    read = [trade("a", 1), trade("b", 2), trade("c", 3), trade("d", 4)]
    missed = one.missed(read)
    assert missed == read[1:3]
    assert told == [trade("a", 1)]
    one.release(missed)
    one.take(trade("e", 5))
    assert told == [*read, trade("e", 5)]


def test_trades_that_came_meanwhile_are_not_told_by_a_late_read() -> None:
    one, told = line()
    one.take(trade("a", 1))
    assert one.missed([trade("a", 1)]) == []
    one.release([trade("a", 1)])
    assert told == [trade("a", 1)]


def test_trades_of_one_moment_are_told_apart_by_their_ids() -> None:
    one, told = line()
    one.take(trade("a", 1))
    assert one.missed([trade("a", 1), trade("b", 1)]) == [trade("b", 1)]
    assert told == [trade("a", 1)]


def test_trades_without_ids_are_missed_only_where_they_are_newer() -> None:
    one, _ = line()
    one.take(trade(None, 2))
    assert one.missed([trade(None, 1), trade(None, 2), trade(None, 3)]) == [trade(None, 3)]


def test_nothing_older_than_the_opening_is_told() -> None:
    one, told = line()
    one.take(trade("old", -1))
    assert one.missed([trade("older", -2)]) == []
    assert told == []
