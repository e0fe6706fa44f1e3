"""A replay with the whole SWOT chain: every worker speaks, and why tells what a trade was weighed with."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from desk.bootstrap.plugins import offered_plugins
from desk.cli.main import main
from desk.config.configuration import check_blueprint
from desk.config.yaml_loader import load_document
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import StrategyDirective
from desk.contracts.manifests import WorkerCategory
from desk.contracts.records import EntryKind, FillBooked, JournalEntry
from desk.journal.codec import decode
from desk.journal.reader import reading
from desk.journal.trace import trace

ROOT = Path(__file__).resolve().parents[2]
CANDLES = ROOT / "tests" / "data" / "btc_usd_candles.csv"
CALENDAR = ROOT / "blueprints" / "btc-swot-news.csv"
SIGNALLED = {
    WorkerCategory.CONTEXT: EntryKind.CONTEXT_ASSESSED,
    WorkerCategory.OPPORTUNITY: EntryKind.OPPORTUNITY_DETECTED,
    WorkerCategory.THREAT: EntryKind.THREAT_DETECTED,
}
SWOT = """\
name: swot
symbols: [BTC/USDT:USDT]
workers:
  - use: trend_context
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, fast_bars: 10, slow_bars: 40, full_gap: 0.003}
  - use: volatility_regime_context
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, atr_bars: 6, history_bars: 96,
                 wild_percentile: 0.9}
  - use: structure_context
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, full_step: 0.004}
  - use: volatility_threat
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, fast_bars: 2, slow_bars: 48, calm_ratio: 1.2,
                 panic_ratio: 2.2}
  - use: connection_threat
    parameters: {symbols: [BTC/USDT:USDT], calm_s: 30, panic_s: 120}
  - use: drawdown_threat
    parameters: {calm_drawdown: 0.001, panic_drawdown: 0.05, raise_severity: 0.02, rearm_severity: 0.01}
  - use: news_threat
    parameters: {calendar: btc-swot-news.csv}
  - use: breakout_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, lookback_bars: 24, min_range: 0.002}
  - use: mean_reversion_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000}
  - use: momentum_cross_opportunity
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000}
  - use: swot_planner
    parameters: {symbol: BTC/USDT:USDT, interval_ms: 300000, threshold: 0.2, account_risk_fraction: 0.0025,
                 stop_atr_multiple: 3, reverse: close, cooldown_s: 600}
planners:
  entry: [{use: market}]
  size: [{use: fixed_risk}]
  exit: [{use: stop_and_target}]
"""


def test_every_worker_of_the_chain_speaks_and_what_is_decided_is_executed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blueprint = written(tmp_path)
    lines = replayed(tmp_path, blueprint, capsys)
    summary = lines[-1]
    ended = Counter(line["outcome"] for line in lines if line["type"] == "termination")
    assert ended["success"] > 6
    assert summary["open_flows"] == 0
    assert summary["counts"]["alarm"] == 0
    assert set(spoken(tmp_path)) == speakers(blueprint)
    assert main(["journal", "verify", "--journal", str(journal_of(tmp_path))]) == 0
    weighed = entries_with_all_three(tmp_path)
    assert weighed
    fill_id, chain = weighed[0]
    tree = trace(journal_of(tmp_path), fill_id)
    told = {node.id for node in tree.nodes if node.facts}
    assert {*chain.context_ids, *chain.opportunity_ids, *chain.threat_ids} <= told
    assert tree.is_unbroken


def written(folder: Path) -> Path:
    """Write blueprint, calendar and the hours around the news into a folder; six minutes are missing."""
    shutil.copy(CALENDAR, folder)
    header, *rows = CANDLES.read_text(encoding="utf-8").splitlines()
    (folder / "candles.csv").write_text(
        "\n".join([header, *rows[620:1400], *rows[1406:1500]]), encoding="utf-8"
    )
    blueprint = folder / "swot.yaml"
    blueprint.write_text(SWOT, encoding="utf-8")
    return blueprint


def replayed(folder: Path, blueprint: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Run the replay and return its JSON lines."""
    code = main(
        [
            "replay", "--data", str(folder / "candles.csv"), "--blueprint", str(blueprint),
            "--platform", str(ROOT / "platform.yaml"), "--set", f"storage.path={folder}", "--json",
        ]
    )  # fmt: skip
    assert code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def speakers(blueprint: Path) -> set[str]:
    """Name the workers that signal."""
    file = check_blueprint(load_document(blueprint), offered_plugins())
    return {use.name for use in file.workers if use.manifest.category in SIGNALLED}


def entries_with_all_three(folder: Path) -> list[tuple[str, CausalityChain]]:
    """Return the fills of trades that were weighed with three contexts and a threat, and what was weighed."""
    with reading(journal_of(folder)) as journal:
        entries = [decode(row) for row in journal.entries()]
    chains = {
        one.subject_id: one.record.causality for one in entries if isinstance(one.record, StrategyDirective)
    }
    fills = [(one.subject_id, chains.get(one.flow_id or "")) for one in entries if _is_fill(one)]
    return [
        (fill_id, chain)
        for fill_id, chain in fills
        if chain is not None and len(chain.context_ids) == 3 and chain.threat_ids
    ]


def _is_fill(entry: JournalEntry) -> bool:
    return isinstance(entry.record, FillBooked)


def journal_of(folder: Path) -> Path:
    return folder / "replay" / "journal.sqlite3"


def spoken(folder: Path) -> Counter[str]:
    """Count the signals of each worker."""
    with reading(journal_of(folder)) as journal:
        records = [json.loads(row.data) for row in journal.entries() if row.kind in SIGNALLED.values()]
    return Counter(one.get("source") or one["factors"][0]["source"] for one in records)
