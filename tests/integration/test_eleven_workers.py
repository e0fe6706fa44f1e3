"""All eleven position lifecycle workers on one book of real prices: what each asks is executed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from desk.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
BTC_MONTH = DATA / "btc_usd_perp_1m_2022-01.csv"
PAIRS = ROOT / "blueprints" / "btc-pairs"
ELEVEN = {
    "breakeven_mover", "circuit_breaker", "correlation_monitor", "dca_executor", "drawdown_limiter",
    "emergency_exit_agent", "hedge_manager", "partial_profit_taker", "rebalancing_agent", "scale_in_manager",
    "trailing_stop_manager",
}  # fmt: skip
pytestmark = pytest.mark.skipif(not BTC_MONTH.exists(), reason="the recorded market data is not at hand")


def replayed(
    folder: Path, capsys: pytest.CaptureFixture[str], platform: Path, blueprint: Path, data: Sequence[str]
) -> dict[str, Any]:
    """Run a replay, prove its journal whole, and return its summary."""
    files = [part for one in data for part in ("--data", one)]
    where = ["--platform", str(platform), "--blueprint", str(blueprint), "--set", f"storage.path={folder}"]
    assert main(["replay", *where, *files, "--json"]) == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert main(["journal", "verify", "--journal", str(folder / "replay" / "journal.sqlite3")]) == 0
    return summary


def check(summary: dict[str, Any], workers: set[str]) -> None:
    assert summary["executed_by_worker"].keys() >= workers
    assert summary["open_flows"] == 0
    assert summary["open_positions"] == []
    assert summary["state"] == "HALTED", "the announced outage ends it: everything is left"
    assert summary["counts"]["directive"] == summary["counts"]["termination"]
    assert sum(one["count"] for one in summary["refusals"]) == summary["counts"]["refused"]
    assert all(one["reason"] for one in summary["refusals"])
    assert 0 < float(summary["exposure_mean"]) <= float(summary["exposure_max"])
    assert float(summary["naked_seconds"]) < 0.1 * summary["counts"]["fill"]


@pytest.mark.timeout(300)
def test_on_four_pairs_quoted_in_bitcoin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"ETH/BTC": "eth", "LTC/BTC": "ltc", "XMR/BTC": "xmr", "DASH/BTC": "dash"}
    perpetuals = {"ETH/BTC:BTC": "eth", "DASH/BTC:BTC": "dash"}
    data = [
        f"{symbol}={DATA / f'{name}_btc_5m_2018-01.csv'}" for symbol, name in (names | perpetuals).items()
    ]
    summary = replayed(tmp_path, capsys, PAIRS / "platform.yaml", PAIRS / "eleven-pairs.yaml", data)
    check(summary, ELEVEN)


@pytest.mark.soak
def test_on_a_month_of_bitcoin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = [f"{symbol}={BTC_MONTH}" for symbol in ("BTC/USDT", "BTC/USDT:USDT")]
    blueprint = ROOT / "blueprints" / "eleven-btc.yaml"
    summary = replayed(tmp_path, capsys, ROOT / "platform.yaml", blueprint, data)
    check(summary, ELEVEN - {"dca_executor"} | {"daily_buyer"})
