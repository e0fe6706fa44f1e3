"""A replay that chooses among planners on real prices: breakouts, ranges, swings, volatility and time."""

from pathlib import Path

import pytest

from desk.cli.main import main
from desk.contracts.directives import StrategyDirective
from desk.contracts.ids import TradeId
from desk.contracts.plans import EntryPlan, ExitPlan, SizePlan
from desk.contracts.records import JournalEntry
from desk.journal.codec import decode
from desk.journal.reader import reading
from desk.ledger.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
CANDLES = ROOT / "tests" / "data" / "btc_usd_candles.csv"
HOLD_MS = 7_200_000
CHOICE = """\
name: choice
mode: direct
symbols: [BTC/USDT:USDT]
workers:
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, lookback_bars: 12, min_confidence: 0.2}
direct:
  signal_type: BREAKOUT
  min_confidence: 0.1
  entry: {max_acceptable_slippage: 0.001}
planners:
  entry:
    - {use: stop_limit, when: {confidence: [0.5, 1]},
       parameters: {atr_multiple: 0.25, interval_ms: 300000, valid_for_ms: 1800000}}
    - {use: limit, when: {confidence: [0, 0.5]}, parameters: {valid_for_ms: 1800000}}
  size:
    - {use: volatility_target, when: {confidence: [0.6, 1]}, parameters: {target: 0.005, interval_ms: 300000}}
    - {use: fixed_fraction, when: {confidence: [0, 0.6]}}
  exit:
    - {use: atr_exit, when: {confidence: [0.5, 1]},
       parameters: {stop_multiple: 3, target_multiple: 9, interval_ms: 300000, max_hold_s: 7200}}
    - {use: structure_exit, when: {confidence: [0, 0.5]}, parameters: {interval_ms: 300000, max_hold_s: 7200}}
  routing: [{use: patient}]
"""
Planned = EntryPlan | SizePlan | ExitPlan
CHOSEN = {"stop_limit", "limit", "volatility_target", "fixed_fraction", "atr_exit", "structure_exit"}


def test_every_planner_is_chosen_and_what_it_plans_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = replayed(tmp_path)
    assert main(["journal", "verify", "--journal", str(tmp_path / "replay" / "journal.sqlite3")]) == 0
    capsys.readouterr()
    planned = (one.record.planner for one in entries if isinstance(one.record, Planned))
    assert set(planned) >= CHOSEN
    ledger = Ledger()
    for entry in entries:
        ledger.apply(entry)
    opened = [one for one in ledger.trades() if one.max_size_base > 0]
    directed = {one.record.directive_id: one for one in entries if isinstance(one.record, StrategyDirective)}
    in_time = [one for one in directed.values() if "its time is over" in rationale(one)]
    assert len(in_time) > 3
    assert len(in_time) < len(opened) - 3, "others leave by stop or target"
    due = {one.trade_id: one.leave_at_ms for one in opened}
    assert [one.time_ms for one in in_time] == [due[TradeId(str(one.trade_id))] for one in in_time]
    assert all((one.leave_at_ms or 0) - (one.opened_at_ms or 0) == HOLD_MS for one in opened)
    assert all((one.closed_at_ms or 0) <= (one.leave_at_ms or 0) + 1_000 for one in opened)


def rationale(entry: JournalEntry) -> str:
    return entry.record.rationale if isinstance(entry.record, StrategyDirective) else ""


def replayed(folder: Path) -> list[JournalEntry]:
    """Run the replay and return what its journal holds."""
    blueprint = folder / "choice.yaml"
    blueprint.write_text(CHOICE, encoding="utf-8")
    code = main(
        [
            "replay", "--data", str(CANDLES), "--blueprint", str(blueprint),
            "--platform", str(ROOT / "platform.yaml"), "--set", f"storage.path={folder}", "--json",
        ]
    )  # fmt: skip
    assert code == 0
    with reading(folder / "replay" / "journal.sqlite3") as journal:
        return [decode(row) for row in journal.entries()]
