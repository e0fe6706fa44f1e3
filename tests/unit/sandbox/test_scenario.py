"""Scenario files and recordings: read strictly, refused with file, line, key and remedy."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.bootstrap.sandbox import plan_sandbox, speed_of
from desk.cli.main import main
from desk.contracts.problems import InputRefused

PERP = "BTC/USDT:USDT"
_WHOLE = """\
seed: 5
speed: 10
interval_ms: 100
symbols:
  - {symbol: DOGE/USDT:USDT, start_price: 0.1, price_step: 0.0001, size_step: 1, min_size_base: 1}
keys:
  - {key: k1, secret: s1}
  - {key: k2, secret: s2, may_withdraw: true}
opening_balances: {USDT: 5000}
limits: {total: 10}
faults:
  - {fault: hang_after, strikes: [place, stop], times: 2, after_ms: 1000}
  - {fault: liquidation, symbol: DOGE/USDT:USDT, key: k2, after_ms: 60000}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_says_what_is_traded_by_whom_and_what_goes_wrong(tmp_path: Path) -> None:
    plan = plan_sandbox(_file(tmp_path, _WHOLE), [], None)
    assert [one.key for one in plan.settings.keys] == ["k1", "k2"]
    assert [one.fault for one in plan.settings.faults] == ["hang_after", "liquidation"]
    assert plan.settings.limits.total == 10
    assert plan_sandbox(None, [], Decimal(3)).settings.speed == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "faults:\n  - {fault: gremlins}\n",
            ":2: faults.0: unknown fault 'gremlins'; write one of: latency,",
        ),
        (
            "faults:\n  - {fault: latency, status: 500}\n",
            ":2: faults.0: latency does not heed status; leave it out",
        ),
        (
            "faults:\n  - fault: latency\n    strikes: [coffee]\n",
            ":3: faults.0.strikes.0: unknown value 'coffee'",
        ),
        ("faults:\n  - {fault: halted, symbol: X/USDT}\n", ":2: faults.0.symbol: X/USDT is not traded here"),
        ("faults:\n  - {fault: liquidation, key: nobody}\n", ":2: faults.0.key: nobody opens no account"),
        ("keys: []\n", ":1: keys: opens no account; write one key"),
        ("keys:\n  - {key: a, secret: b}\n  - {key: a, secret: c}\n", ":3: keys.1.key: a is there twice"),
        (
            "seed: x\n",
            ":1: seed: expected a whole number, was 'x'; write a number from 0: the same gives",
        ),
        ("sped: 3\n", ":1: sped: unknown key; did you mean `speed`?"),
        ("speed: 0\n", ":1: speed: must be above 0, was 0"),
        (
            (
                "symbols:\n  - {symbol: 'BTC/USD:USD', start_price: 1, price_step: 1, size_step: 1,\n"
                "     min_size_base: 1}\n"
            ),
            ":2: symbols.0: BTC/USD:USD does not settle in USDT; write BASE/USDT:USDT",
        ),
        ("limits: {place: 0}\n", ":1: limits.place: must be at least 1, was 0"),
    ],
)
def test_a_scenario_at_fault_is_refused_with_its_line(
    tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, text)
    assert main(["sandbox", "--scenario", str(path)]) == 2
    assert f"{path}{told}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "99999"], "--port: 99999 is no port"),
        (["--speed", "fast"], "--speed: 'fast' is no speed"),
        (["--speed", "NaN"], "--speed: 'NaN' is no speed"),
        (["--data", "file.csv"], "file.csv has no symbol; write SYMBOL=FILE"),
        (["--data", "X/USDT=file.csv"], "X/USDT is not traded here"),
        (["--scenario", "/nowhere.yaml"], "/nowhere.yaml: the file does not exist"),
    ],
)
def test_a_command_at_fault_is_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert told in complaint
    assert complaint.count("\n") == 1


def test_recorded_trades_lead_as_candles_do(tmp_path: Path) -> None:
    trades = tmp_path / "trades.csv"
    rows = (
        "1700000000000,10,1,buy",
        "1700000000000,12,1,sell",
        "1700000000000,11,1,sell",
        "1700000060000,20,1,buy",
    )
    trades.write_text("\n".join(("time_ms,price,size,side", *rows)), encoding="utf-8")
    first, second = plan_sandbox(None, [(PERP, trades)], None).recordings[PERP]
    assert [str(one) for one in (first.open, first.high, first.low, first.close)] == ["10", "12", "10", "11"]
    assert (second.time_ms, str(second.close)) == (1_700_000_060_000, "20")


def test_a_recording_at_fault_is_refused_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("time_ms,price,size,side\n1700000000000,zero,1,buy\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"broken.csv:2: price"):
        plan_sandbox(None, [(PERP, broken)], None)


def test_a_speed_is_a_number_above_zero() -> None:
    assert speed_of("2.5") == Decimal("2.5")
