"""Every fault of a configuration file: one line saying file, line, key and remedy, and exit code 2."""

from pathlib import Path

import pytest

from desk.cli.main import main
from tests.builders.config import BLUEPRINT, DCA, PLATFORM, changed, line_of, written

BAD_PLATFORMS = [
    # what stands there, what is written instead, the key that is told, the remedy
    ("  id: test-desk", "  id: Test Desk", "desk.id", "small letters"),
    ("  id: test-desk", "  id: 5", "desk.id", "small letters"),
    ("  time_zone: UTC", "  time_zone: Mars/Olympus", "desk.time_zone", "IANA"),
    ("  time_zone: UTC", "  time_zone: off", "desk.time_zone", 'write false, or "off"'),
    ("  time_zone: UTC", "  timezone: UTC", "desk.timezone", "did you mean `time_zone`?"),
    ("  account_currency: USDT", "  account_currency: tether", "desk.account_currency", "such as USDT"),
    ("    price_step: 0.01\n", "    price_step: -0.01\n", "instruments.0.price_step", "above 0"),
    ("    price_step: 0.01\n", "    price_step: 0\n", "instruments.0.price_step", "above 0"),
    ("    price_step: 0.01\n", '    price_step: "NaN"\n', "instruments.0.price_step", "above 0"),
    ("    price_step: 0.01\n", "    price_step: .nan\n", "instruments.0.price_step", "write a number"),
    ("    price_step: 0.01\n", "    price_step: .inf\n", "instruments.0.price_step", "write a number"),
    ("    price_step: 0.01\n", "    price_step: true\n", "instruments.0.price_step", "above 0"),
    ("    price_step: 0.01\n", "    price_step: 12:30\n", "instruments.0.price_step", 'write "12:30"'),
    ("    price_step: 0.01\n", "    price_step: 0123\n", "instruments.0.price_step", "write 123"),
    ("    price_step: 0.01\n", "    price_step: cheap\n", "instruments.0.price_step", "above 0"),
    ("  - symbol: BTC/USDT\n", "  - symbol: BTCUSDT\n", "instruments.0.symbol", "such as BTC/USDT"),
    ("  - symbol: BTC/USDT:USDT\n", "  - symbol: BTC/USDT:BTC\n", "instruments.1", "BTC/USDT:USDT"),
    ("    kind: spot", "    kind: perpetual", "instruments.0", "write BTC/USDT:USDT"),
    ("    kind: spot", "    kind: future", "instruments.0.kind", "'spot', 'perpetual'"),
    (
        "    taker_fee: 0.001\n",
        "    taker_fee: 0.001\n    max_leverage: 2\n",
        "instruments.0",
        "remove max_leverage",
    ),
    (
        "    taker_fee: 0.001\n",
        "    taker_fee: 0.001\n    taker_fee: 0.002\n",
        "instruments.0.taker_fee",
        "keep one",
    ),
    ("    taker_fee: 0.001\n", "    taker_fee: 1\n", "instruments.0.taker_fee", "fraction of notional"),
    ("  name: paper", "  name: papper", "connector.name", "'paper', 'ccxt'"),
    ("{USDT: 100000}", "{}", "connector.paper.opening_balances", "CURRENCY: amount"),
    ("    latency_ms: 20", "    latency_ms: -1", "connector.paper.latency_ms", "in milliseconds"),
    ("    latency_ms: 20", "    latency_ms: 0.5", "connector.paper.latency_ms", "in milliseconds"),
    ("    latency_ms: 20", '    latency_ms: "20"', "connector.paper.latency_ms", "in milliseconds"),
    ("    latency_ms: 20", "    latency: 20", "connector.paper.latency", "did you mean `latency_ms`?"),
    ("{USDT: 100000}", "{USDT: -1}", "connector.paper.opening_balances.USDT", "CURRENCY: amount"),
    ("{USDT: 100000}", "100000", "connector.paper.opening_balances", "CURRENCY: amount"),
    ("  name: synthetic", "  name: replay", "feed", "replay.files"),
    ("  name: synthetic", "  name: connector", "feed.name", "synthetic or replay"),
    ("  name: synthetic", "  name: binance", "feed.name", "'synthetic', 'replay', 'connector'"),
    (
        "      BTC/USDT: {start",
        "      SOL/USDT: {start",
        "feed.synthetic.symbols.SOL/USDT",
        "under instruments",
    ),
    (
        "{start_price: 64000}",
        "{start_price: 64000, volatility: 1}",
        "feed.synthetic.symbols.BTC/USDT.volatility",
        "annual",
    ),
    ("risk:\n", "risk:\n  max_open_trades: 0\n", "risk.max_open_trades", "above 0"),
    ("risk:\n", "risk:\n  price_collar: 5\n", "risk.price_collar", "fraction"),
    ("risk:\n", "risk:\n  on: 1\n", "risk.on", '"on"'),
    ("risk:\n", "orchestration: []\nrisk:\n", "orchestration", "key: value"),
    ("risk:\n", "orchestrations: {}\nrisk:\n", "orchestrations", "did you mean `orchestration`?"),
    (
        "risk:\n",
        "orchestration: {plan_execution: {error_handling: {on_ledger_failure: continue}}}\nrisk:\n",
        "orchestration.plan_execution.error_handling.on_ledger_failure",
        "'alert_admin'",
    ),
    (
        "risk:\n",
        "orchestration: {plan_execution: {retry_policy: {max_delay_ms: 50}}}\nrisk:\n",
        "orchestration.plan_execution.retry_policy.max_delay_ms",
        "raise it",
    ),
    (
        "risk:\n",
        "orchestration: {plan_execution: {enabled: 1}}\nrisk:\n",
        "orchestration.plan_execution.enabled",
        "false makes",
    ),
    ("    cron: 0 9 * * mon", "    cron: 0 9 * * 1", "schedule.0.cron", "names such as mon"),
    ("    cron: 0 9 * * mon", "    every: 1w", "schedule.0.every", "such as 30s"),
    ("    cron: 0 9 * * mon", "    misfire: skip", "schedule.0", "one of cron and every"),
    (
        "    cron: 0 9 * * mon",
        "    cron: 0 9 * * mon\n    grace_s: 5",
        "schedule.0",
        "write both, or neither",
    ),
    ("schedule:\n", "schedule:\n  - {name: WEEKLY_DCA, every: 1h}\n", "schedule.1.name", "keep one"),
]

BAD_BLUEPRINTS = [
    ("name: trend\n", "name: My Trend\n", "name", "small letters"),
    ("name: trend\n", "name: trend\nname: trend\n", "name", "keep one"),
    ("mode: swot", "mode: swat", "mode", "'swot', 'direct'"),
    ("protection: required", "protection: off", "protection", "write false"),
    ("symbols: [BTC/USDT:USDT]", "symbols: BTC/USDT:USDT", "symbols", "instruments of platform.yaml"),
    ("symbols: [BTC/USDT:USDT]", "symbols: []", "symbols", "instruments of platform.yaml"),
    (
        "  - use: trend_context\n",
        "  - use: trend_kontext\n",
        "workers.0.use",
        "did you mean `trend_context`?",
    ),
    (
        "  - use: trend_context\n",
        "  - uses: trend_context\n    use: trend_context\n",
        "workers.0.uses",
        "`use`?",
    ),
    (
        "trigger_threshold: 0.02",
        "trigger_treshold: 0.02",
        "workers.2.parameters.trigger_treshold",
        "trigger_threshold",
    ),
    (
        "trigger_threshold: 0.02",
        "trigger_threshold: -0.02",
        "workers.2.parameters.trigger_threshold",
        "stop moves",
    ),
    (
        "trigger_threshold: 0.02",
        "trigger_threshold: on",
        "workers.2.parameters.trigger_threshold",
        "write true",
    ),
    (
        "trigger_threshold: 0.02",
        "trigger_threshold: 2 %",
        "workers.2.parameters.trigger_threshold",
        "[fraction]",
    ),
    ("trail_distance: 0.01", "mode: jumpy", "workers.2.parameters.mode", "'step', 'continuous'"),
    (
        "stop_fraction: 0.02",
        "stop_fraction: 1.5",
        "workers.1.parameters.stop_fraction",
        "distance of the stop",
    ),
    ("      stop_fraction: 0.02\n", "", "workers.1.parameters", "write"),
    ("{symbol: BTC/USDT:USDT}", "{interval_ms: 60000}", "workers.0.parameters.symbol", "whose bars are read"),
    (
        "    - use: fixed_risk\n",
        "    - use: fixed_ris\n",
        "planners.size.0.use",
        "did you mean `fixed_risk`?",
    ),
    (
        "    - use: fixed_risk\n",
        "    - use: fixed_risk\n      priority: high\n",
        "planners.size.0.priority",
        "whole number",
    ),
    ("  size:\n", "  sizes:\n", "planners.sizes", "did you mean `size`?"),
    ("[0.7, 1]", "[0.8, 1]", "planners.entry", "mend the ranges"),
    ("[0.7, 1]", "[0.6, 1]", "planners.entry", "mend the ranges"),
    ("[0.7, 1]", "[0.7]", "planners.entry.0.when.confidence.1", "[lowest, highest]"),
    ("[0.7, 1]", "0.7", "planners.entry.0.when.confidence", "[lowest, highest]"),
]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command, which must refuse, and return the one line it complains with."""
    assert main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def first_changed_line(before: str, after: str) -> int:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next(number for number, (old, new) in enumerate(pairs, start=1) if old != new)


@pytest.mark.parametrize(("old", "new", "key", "remedy"), BAD_PLATFORMS)
def test_a_fault_of_the_platform_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, key: str, remedy: str
) -> None:
    path = written(tmp_path, "platform.yaml", changed(PLATFORM, old, new))
    line = told(capsys, "check", str(path))
    place, _, rest = line.partition(f": {key}: ")
    assert place.startswith(f"{path}:"), line
    assert int(place.removeprefix(f"{path}:")) > 0
    assert remedy in rest.partition("; ")[2] or remedy in rest, line


@pytest.mark.parametrize(("old", "new", "key", "remedy"), BAD_BLUEPRINTS)
def test_a_fault_of_a_blueprint_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, key: str, remedy: str
) -> None:
    path = written(tmp_path, "trend.yaml", changed(BLUEPRINT, old, new))
    line = told(capsys, "check", str(path))
    place, _, rest = line.partition(f": {key}: ")
    assert place.startswith(f"{path}:"), line
    assert int(place.removeprefix(f"{path}:")) > 0
    assert remedy in rest, line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    latency_ms: 20", "    latency_ms: on"),
        ("  name: paper", "  name: nowhere"),
        ("    cron: 0 9 * * mon", "    cron: never"),
        ("      BTC/USDT: {start_price", "      BTC/USDT: {begin_price"),
    ],
)
def test_the_line_is_where_the_fault_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    text = changed(PLATFORM, old, new)
    path = written(tmp_path, "platform.yaml", text)
    assert main(["check", str(path)]) == 2
    numbers = {
        int(line.removeprefix(f"{path}:").partition(":")[0]) for line in capsys.readouterr().err.splitlines()
    }
    assert numbers == {first_changed_line(PLATFORM, text)}


def test_a_missing_key_is_told_at_its_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = changed(PLATFORM, "  max_order_notional: 50000\n", "")
    path = written(tmp_path, "platform.yaml", text)
    line = told(capsys, "check", str(path))
    assert line.startswith(f"{path}:{line_of(text, 'risk:')}: risk.max_order_notional: is missing; add it: ")


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = told(capsys, "check", str(tmp_path / "none.yaml"))
    assert line == f"{tmp_path / 'none.yaml'}: the file does not exist; check the path"


def test_a_v2_manifest_is_told_with_its_migration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "old.yaml", "type: ExecutionWorker\nsubtype: TRADE_INITIATION\n")
    assert told(capsys, "check", str(path)).startswith(f"{path}:2: subtype: a V2 ExecutionWorker")


def test_a_blueprint_is_checked_against_its_platform(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = written(tmp_path, "platform.yaml", changed(PLATFORM, "WEEKLY_DCA", "MONTHLY"))
    blueprint = written(tmp_path, "dca.yaml", DCA)
    line = told(capsys, "check", str(platform), str(blueprint))
    assert line.startswith(f"{blueprint}:{line_of(DCA, 'WEEKLY_DCA')}: workers.0.parameters.schedule: ")
    assert told(capsys, "check", str(blueprint), "--platform", str(platform)) == line
