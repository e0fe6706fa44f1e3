"""`desk flatten` at an exchange, over real HTTP and WebSocket: no daemon, no journal, flat by its word."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sandbox.settings import KeySettings
from desk.cli.main import main
from desk.contracts.sides import OrderSide
from tests.builders.config import written
from tests.builders.exchange_host import (
    HostedExchange,
    exchange_account,
    exchange_environment,
    hosted_exchange,
)
from tests.builders.processes import STARTS_WITHIN_S, DeskProcess
from tests.builders.sandbox import KEY, PERP, SECRET, Sandbox

D = Decimal
ETH = "ETH/USDT:USDT"
BROAD = "broad"
DAEMON = """\
storage: {path: FOLDER}
feed: {name: connector}
"""
BLUEPRINT = """\
name: watching
symbols: [BTC/USDT:USDT]
workers:
  - use: trend_context
    parameters: {symbol: BTC/USDT:USDT}
planners: {entry: [{use: market}], size: [{use: fixed_notional}], exit: [{use: stop_and_target}]}
"""


@pytest.fixture(scope="module")
def exchange() -> Iterator[HostedExchange]:
    keys = [KeySettings(key=KEY, secret=SECRET), KeySettings(key=BROAD, secret=SECRET, may_withdraw=True)]
    with hosted_exchange(keys=keys) as host:
        yield host


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in exchange_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path


def platform(folder: Path, exchange: HostedExchange) -> Path:
    text = exchange_account(exchange.base_url) + DAEMON.replace("FOLDER", str(folder / "state"))
    return written(folder, "platform.yaml", text)


def holds_much(box: Sandbox) -> None:
    """Two positions, an order that waits, and a stop of another program's: none has a client id of ours."""
    box.lift_faults()
    box.hand.trade(PERP, OrderSide.BUY, D("0.1"))
    box.hand.trade(ETH, OrderSide.SELL, D(2))
    box.hand.trade(PERP, OrderSide.BUY, D("0.05"), limit_price=D(100))
    assert len(box.account.positions()) == 2
    assert box.open_ids == [""]


def left(box: Sandbox) -> list[str]:
    return [*(one.symbol for one in box.account.positions()), *box.open_ids]


def flattened(capsys: pytest.CaptureFixture[str], file: Path) -> tuple[int, dict[str, object]]:
    code = main(["flatten", "--yes", "--json", "--platform", str(file)])
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, answer


@pytest.mark.parametrize("fault", [None, "reset_before", "error_after", "stream_silent"])
def test_an_account_at_an_exchange_is_flat_by_its_own_word(
    fault: str | None, exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.do(holds_much)
    if fault is not None:
        exchange.do(lambda box: box.fault(fault, times=3))
    code, answer = flattened(capsys, platform(folder, exchange))
    assert (code, answer["word"], answer["remains"]) == (0, "FLAT", [])
    assert exchange.do(left) == []
    latch = json.loads((folder / "state" / "flattened.json").read_text())
    assert "FLAT" in latch["reason"]


@pytest.mark.parametrize(("wrong", "code"), [("DESK_TEST_KEY", 10003), ("DESK_TEST_SECRET", 10004)])
def test_a_key_that_is_not_taken_ends_it_at_once_with_what_to_check(
    wrong: str,
    code: int,
    exchange: HostedExchange,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(wrong, "another")
    file = platform(folder, exchange)
    assert main(["flatten", "--yes", "--platform", str(file)]) == 2
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert not told.out
    assert line.startswith(f"{file}:9: connector.ccxt.api_key: bybit did not tell the key's rights: ")
    assert str(code) in line
    assert line.endswith("check api_key and secret, and that they are a key of mode sandbox")
    assert not (folder / "state" / "flattened.json").exists()


def test_a_key_that_may_withdraw_is_told_and_stands_in_nobody_s_way_out(
    exchange: HostedExchange,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DESK_TEST_KEY", BROAD)
    file = platform(folder, exchange)
    assert main(["flatten", "--yes", "--platform", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ("bybit: the key may withdraw: make one without that right; flatten goes on with it")
    assert lines[-1].startswith("FLAT after ")


def test_beside_a_daemon_that_is_stopped_everything_is_left_and_the_daemon_obeys(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.do(holds_much)
    file = platform(folder, exchange)
    blueprint = written(folder, "watching.yaml", BLUEPRINT)
    with daemon(folder, file, blueprint) as desk:
        desk.process.send_signal(signal.SIGSTOP)
        code, answer = flattened(capsys, file)
        assert (code, answer["word"]) == (0, "FLAT")
        assert exchange.do(left) == []
        desk.process.send_signal(signal.SIGCONT)
        desk.lives_until(lambda: "HALTED" in status(file))
        desk.process.send_signal(signal.SIGTERM)
        assert desk.ends_within(30) == 0


def daemon(folder: Path, file: Path, blueprint: Path) -> DeskProcess:
    """Start a daemon at the exchange and wait until it answers."""
    line = [sys.executable, "-m", "desk.cli.main", "daemon", "--json", "--platform", str(file)]
    lines, words = folder / "lines.jsonl", folder / "words.txt"
    with lines.open("wb") as out, words.open("wb") as err:
        process = subprocess.Popen(
            [*line, "--blueprint", str(blueprint)], stdout=out, stderr=err, env=dict(os.environ)
        )
    desk = DeskProcess(process, lines, words, STARTS_WITHIN_S)
    desk.lives_until(lambda: "desk test-desk is" in words.read_text())
    return desk


def status(file: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "desk.cli.main", "status", "--json", "--platform", str(file)],
        capture_output=True, text=True, check=False, timeout=STARTS_WITHIN_S,
    )  # fmt: skip
    return done.stdout
