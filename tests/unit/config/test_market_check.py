"""Blueprints against what an exchange tells that it trades."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.config.blueprint_file import BlueprintFile
from desk.config.configuration import check_blueprint
from desk.config.market_check import Markets, check_markets
from desk.config.yaml_loader import load_document
from desk.contracts.market import Instrument
from desk.contracts.problems import InputRefused
from tests.builders.config import BLUEPRINT, DCA, changed, written
from tests.builders.venue import instrument

VENUE = tuple(instrument(one) for one in ("BTC/USDT:USDT", "BTC/USDC:USDC", "ETH/USDT:USDT", "ETH/USDT"))


def blueprint(folder: Path, symbol: str, text: str = BLUEPRINT) -> BlueprintFile:
    path = written(folder, "any.yaml", text.replace("BTC/USDT:USDT", symbol))
    return check_blueprint(load_document(path), offered_plugins())


def told(folder: Path, symbol: str, instruments: Sequence[Instrument], account: str = "USDT") -> str:
    with pytest.raises(InputRefused) as refused:
        check_markets(Markets(instruments, account, "bybit"), [blueprint(folder, symbol)])
    return str(refused.value)


def test_what_the_exchange_trades_is_accepted(tmp_path: Path) -> None:
    check_markets(Markets(VENUE, "USDT", "bybit"), [blueprint(tmp_path, "ETH/USDT:USDT")])


def test_a_symbol_that_the_exchange_lacks_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert told(tmp_path, "BTC/USDT:USDX", VENUE) == (
        f"{tmp_path}/any.yaml:3: symbols.0: BTC/USDT:USDX: bybit has no such symbol; "
        "did you mean `BTC/USDT:USDT`?"
    )


def test_without_a_near_one_some_are_listed(tmp_path: Path) -> None:
    many = [instrument(f"C{number}/USDT:USDT") for number in range(500)]
    line = told(tmp_path, "XQZWV/JKHGF:JKHGF", many)
    assert line.endswith("write one of: " + ", ".join(one.symbol for one in many[:8]) + ", ...")
    assert told(tmp_path, "BTC/USDT:USDT", []).endswith("it lists nothing of this kind")


def test_a_currency_that_nothing_converts_is_told(tmp_path: Path) -> None:
    line = told(tmp_path, "BTC/USDC:USDC", [instrument("BTC/USDC:USDC")])
    assert "BTC/USDC:USDC moves USDC, and nothing at bybit converts it to USDT; write another" in line


def test_a_perpetual_never_goes_without_a_stop(tmp_path: Path) -> None:
    text = changed(DCA, "symbols: [BTC/USDT]", "symbols: [BTC/USDT:USDT]")
    text = changed(text, "{symbol: BTC/USDT, ", "{symbol: BTC/USDT:USDT, ")
    with pytest.raises(InputRefused, match="only spot may go without a stop; write required"):
        check_markets(Markets(VENUE, "USDT", "bybit"), [blueprint(tmp_path, "BTC/USDT:USDT", text)])
