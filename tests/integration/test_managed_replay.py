"""A replay with every worker that looks after trades: each asks, and what it asks is executed."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
CANDLES = ROOT / "tests" / "data" / "btc_usd_candles.csv"
MANAGED = """\
name: managed
symbols: [BTC/USDT:USDT]
workers:
  - use: trend_context
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 900000, fast_bars: 5, slow_bars: 20, full_gap: 0.004}
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 900000, lookback_bars: 12, min_range: 0.002}
  - use: swot_planner
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 900000, threshold: 0.2, account_risk_fraction: 0.0025,
                 stop_atr_multiple: 3, risk_reward_ratio: 8, reverse: close, cooldown_s: 1800}
  - use: scale_in_manager
    parameters: {max_position_quote: 90000, max_open_risk_quote: 500, step: 0.4, stop_distance: 0.4,
                 add_fraction: 0.25}
  - use: breakeven_mover
    parameters: {trigger: 0.6}
  - use: partial_profit_taker
    parameters: {targets: [{at: 1, share: 0.3}, {at: 1.5, share: 0.3}], move_stop_to_breakeven: false}
  - use: trailing_stop_manager
    name: chandelier
    parameters: {mode: atr, symbol: BTC/USDT:USDT, interval_ms: 900000, trigger_threshold: 0.01,
                 after_first_target: true, min_step_ticks: 500, cooldown_s: 60}
  - use: trailing_stop_manager
    name: swings
    parameters: {mode: structure, symbol: BTC/USDT:USDT, interval_ms: 900000, swing_bars: 2,
                 trigger_threshold: 0.005, min_step_ticks: 100, cooldown_s: 60}
planners:
  entry: [{use: market}]
  size: [{use: fixed_risk}]
  exit: [{use: stop_and_target}]
"""
MOVE = re.compile(r"stop ([\d,.]+) → ([\d,.]+\d)")
MANAGERS = {"scale_in_manager", "breakeven_mover", "partial_profit_taker", "chandelier", "swings"}


def test_every_manager_of_trades_issues_what_is_executed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = replayed(tmp_path, capsys)
    directed = {line["flow_id"]: line["worker"] for line in lines if line["type"] == "directive"}
    ended = {line["flow_id"]: line["outcome"] for line in lines if line["type"] == "termination"}
    executed = Counter(worker for flow, worker in directed.items() if ended[flow] == "success")
    assert executed.keys() >= MANAGERS
    summary = lines[-1]
    assert summary["open_flows"] == 0
    assert summary["counts"]["alarm"] == 0
    assert len(stop_moves(lines)) > 3
    assert all(len(set(moves)) == 1 for moves in stop_moves(lines).values()), "a stop goes one way"
    assert main(["journal", "verify", "--journal", str(tmp_path / "replay" / "journal.sqlite3")]) == 0


def replayed(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Run the replay and return its JSON lines."""
    blueprint = folder / "managed.yaml"
    blueprint.write_text(MANAGED, encoding="utf-8")
    code = main(
        [
            "replay", "--data", str(CANDLES), "--blueprint", str(blueprint),
            "--platform", str(ROOT / "platform.yaml"), "--set", f"storage.path={folder}", "--json",
        ]
    )  # fmt: skip
    assert code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def stop_moves(lines: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return, by trade, which way each directive moved its stop."""
    moves: dict[str, list[str]] = {}
    for line in lines:
        move = MOVE.search(line.get("rationale", "")) if line["type"] == "directive" else None
        if move is not None:
            before, after = (Decimal(one.replace(",", "")) for one in move.groups())
            moves.setdefault(line["trade_id"], []).append("up" if after > before else "down")
    return moves
