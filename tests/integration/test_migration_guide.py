"""docs/migration-v2-to-v3.md says what the desk says, and the workers that it shows work."""

import re
from pathlib import Path

import pytest

from desk.cli.main import main
from desk.contracts.directives import DirectiveScope
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.testing import PERPETUAL, SPOT, START_MS, Bench, only_directive, position, stop_of, worker_beside

GUIDE = (Path(__file__).parents[2] / "docs" / "migration-v2-to-v3.md").read_text(encoding="utf-8")
SUBTYPES = ("TRADE_INITIATION", "POSITION_MANAGEMENT", "RISK_SAFETY", "OPERATIONAL")


def section(subtype: str) -> str:
    """Return what the guide says of one line of the table."""
    found = re.search(rf"^## {subtype}\n(.*?)(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def block(text: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def said(text: str) -> str:
    """Return what the desk says, as the guide has it."""
    return text.partition("The desk says:\n\n```\n")[2].partition("```")[0]


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_v2_manifest_is_answered_as_the_guide_says(
    subtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = section(subtype)
    manifest = block(text, "yaml")
    found = re.search(r"name: (\w+)", manifest)
    assert found is not None
    file = f"{found.group(1)}.yaml"
    (tmp_path / file).write_text(manifest, encoding="utf-8")
    assert main(["check", file]) == 2
    assert capsys.readouterr().err == said(text)


def bench_of(subtype: str, folder: Path, parameters: dict[str, object] | None = None) -> Bench:
    """Put the worker that a section ends with on the bench."""
    text = block(section(subtype), "python")
    found = re.search(r"^class (\w+)\(Worker\)", text, re.MULTILINE)
    assert found is not None
    path = folder / "after.py"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    kind = worker_beside(str(folder / "test_after.py"), f"after.py:{found.group(1)}")
    return Bench(kind, parameters)


@pytest.mark.parametrize(
    ("side", "price", "stop"),
    [(PositionSide.LONG, "103000", "101970"), (PositionSide.SHORT, "97000", "97970")],
)
def test_what_managed_positions_trails_them(
    side: PositionSide, price: str, stop: str, tmp_path: Path
) -> None:
    bench = bench_of("POSITION_MANAGEMENT", tmp_path)
    bench.desk.hold(position(side, symbol=PERPETUAL))
    assert bench.tick("100000", PERPETUAL) == []
    assert stop_of(bench.tick(price, PERPETUAL)) == int(stop)
    bench.restart()
    assert bench.tick(price, PERPETUAL) == [], "what moved the stop is remembered"


def test_what_kept_safe_closes_the_strategys_trades(tmp_path: Path) -> None:
    bench = bench_of("RISK_SAFETY", tmp_path)
    assert bench.threat("0.95") == []
    bench.desk.hold(position(), position(number=2, strategy_id="another"))
    assert bench.threat("0.5") == []
    directive = only_directive(bench.threat("0.95"))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING
    assert directive.target_trade_ids == (position().trade_id,)


def test_what_operated_buys_once_per_period(tmp_path: Path) -> None:
    bench = bench_of("OPERATIONAL", tmp_path, {"symbol": SPOT, "schedule": "WEEKLY", "notional_quote": 100})
    assert bench.scheduled("WEEKLY", START_MS) == [], "there is no cash"
    bench.desk.cash["USDT"] = position().entry_price
    directive = only_directive(bench.scheduled("WEEKLY", START_MS))
    assert directive.scope is DirectiveScope.NEW_TRADE
    assert directive.claim is not None
    bench.desk.claims.add(directive.claim.key)
    assert bench.scheduled("WEEKLY", START_MS) == []
    bench.desk.desk_state = DeskState.HALTED
    assert bench.scheduled("WEEKLY", START_MS + 1) == []
