"""A message is about the symbol whose name its hash ends with; where it does not say, about any."""

from connectors.ccxt.streams.touched_symbols import TouchedSymbols

SYMBOLS = ("BTC/USDT", "TBTC/USDT", "BTC/USDT:USDT")


def touched(*hashes: str) -> list[str]:
    return list(TouchedSymbols(SYMBOLS).of(hashes))


def test_the_longest_name_at_the_end_is_meant() -> None:
    assert touched("trade:BTC/USDT") == ["BTC/USDT"]
    assert touched("trade:TBTC/USDT") == ["TBTC/USDT"]
    assert touched("bidask:BTC/USDT:USDT", "trade:BTC/USDT:USDT") == ["BTC/USDT:USDT"]


def test_a_hash_without_a_symbol_may_be_about_any() -> None:
    assert touched("btcusdt@trade") == list(SYMBOLS)


def test_a_symbol_that_came_later_is_looked_at_too() -> None:
    known = TouchedSymbols(SYMBOLS[:1])
    assert list(known.of(["trade:TBTC/USDT"])) == ["BTC/USDT"]
    known.add(SYMBOLS[1:])
    assert list(known.of(["trade:TBTC/USDT"])) == ["TBTC/USDT"]
    assert list(known.of(["btcusdt@trade"])) == list(SYMBOLS)


def test_a_message_that_woke_nothing_is_about_none() -> None:
    assert touched() == []
