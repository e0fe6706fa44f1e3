"""What the commands say of an account at an exchange, asked over real HTTP and WebSocket."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.sandbox.settings import KeySettings
from desk.bootstrap.account_lock import account_lock
from desk.cli.main import main
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout
from tests.builders.accounts import exchange_platform
from tests.builders.config import written
from tests.builders.exchange_host import (
    HostedExchange,
    exchange_account,
    exchange_environment,
    hosted_exchange,
)
from tests.builders.sandbox import KEY, SECRET

KEYS = (
    KeySettings(key=KEY, secret=SECRET),
    KeySettings(key="withdrawing", secret="withdrawingsecret", may_withdraw=True),
    KeySettings(key="reading", secret="readingsecret", may_trade=False),
)
BLUEPRINT = """\
name: any
symbols: [SYMBOL]
workers:
  - use: trend_context
    parameters: {symbol: SYMBOL}
planners: {entry: [{use: market}], size: [{use: fixed_notional}], exit: [{use: stop_and_target}]}
"""


@pytest.fixture(scope="module")
def exchange() -> Iterator[HostedExchange]:
    with hosted_exchange(keys=KEYS) as host:
        yield host


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in exchange_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("desk.bootstrap.doctor_looks._STREAMS_WITHIN_MS", 60_000)  # machines may be slow
    return tmp_path


def platform(folder: Path, base_url: str, market: str = "swap") -> str:
    return str(written(folder, "platform.yaml", exchange_account(base_url, market)))


def checks(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Let the doctor look; return the exit code and what was found, by check."""
    code = main(["doctor", "--json", *arguments])
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    return code, {one["check"]: one for one in answer["checks"]}


@dataclass
class LookWith:
    """Let the doctor look at the account of another key."""

    exchange: HostedExchange
    folder: Path
    environment: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, key: str, secret: str) -> tuple[int, dict[str, dict[str, str]]]:
        self.environment.setenv("DESK_TEST_KEY", key)
        self.environment.setenv("DESK_TEST_SECRET", secret)
        return checks(self.capsys, "--platform", platform(self.folder, self.exchange.base_url), "--trade")


@pytest.fixture
def found_with(
    exchange: HostedExchange,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> LookWith:
    return LookWith(exchange, folder, monkeypatch, capsys)


@pytest.mark.parametrize("market", ["swap", "spot"])
def test_a_sound_account_is_found_sound(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str], market: str
) -> None:
    orders = exchange.do(lambda at: at.posts())
    code, found = checks(capsys, "--platform", platform(folder, exchange.base_url, market), "--trade")
    assert code == 0, found
    assert list(found) == [
        "reachability", "mode and host", "clock skew", "markets", "credentials", "permissions", "filters",
        "stop support", "client-id look-up", "streams", "order round trip",
    ]  # fmt: skip
    assert {one["verdict"] for one in found.values()} == {"ok"}
    host = exchange.base_url.removeprefix("http://")
    assert found["mode and host"]["told"] == f"sandbox; signed requests go to {host} alone"
    assert "100000 USDT" in found["credentials"]["told"]
    assert exchange.do(lambda at: at.posts()) == orders + 1
    assert exchange.do(lambda at: at.open_ids) == []


def test_without_being_asked_no_order_is_sent(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = exchange.do(lambda at: at.posts())
    code, found = checks(capsys, "--platform", platform(folder, exchange.base_url))
    assert code == 0
    assert "order round trip" not in found
    assert exchange.do(lambda at: at.posts()) == orders


def test_each_finding_is_one_line_that_ends_in_ok_or_what_to_do(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--platform", platform(folder, exchange.base_url)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert all(line.endswith((": ok", ": does not apply")) for line in lines)


@pytest.mark.parametrize(
    ("key", "secret", "check", "told"),
    [
        ("nobody", SECRET, "credentials", "10003"),
        (KEY, "anothersecret", "credentials", "10004"),
        ("withdrawing", "withdrawingsecret", "permissions", "the key may withdraw; make one without that"),
        ("reading", "readingsecret", "permissions", "the key may only read; make one that may trade"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_and_nothing_is_sent_with_it(
    found_with: LookWith, key: str, secret: str, check: str, told: str
) -> None:
    orders = found_with.exchange.do(lambda at: at.posts())
    code, found = found_with(key, secret)
    assert code == 1
    assert told in f"{found[check]['told']}; {found[check]['remedy']}"
    if check == "credentials":
        assert "check api_key and secret" in found[check]["remedy"]
    assert found["order round trip"]["verdict"] == "does not apply"
    assert secret not in json.dumps(found)
    assert found_with.exchange.do(lambda at: at.posts()) == orders


def test_an_exchange_that_does_not_answer_is_told_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = checks(capsys, "--platform", platform(folder, "http://127.0.0.1:9"), "--trade")
    assert code == 1
    assert "check the connection, base_url" in found["reachability"]["remedy"]
    assert len(found) == 11
    assert {one["told"] for name, one in found.items() if name != "reachability"} == {
        "the exchange was not reached"
    }


@pytest.mark.parametrize(
    ("fault", "settings", "check", "told", "remedy"),
    [
        ("stream_refused", {}, "streams", "not up within 1 s", "pass the firewall or proxy"),
        ("rejected", {"strikes": ["place"]}, "order round trip", "NOT_ACCEPTED", "mend what the exchange"),
        ("rejected", {"strikes": ["cancel"]}, "order round trip", "still rests", "cancel it at the exchange"),
        ("reset_before", {"strikes": ["place"]}, "order round trip", "was never seen", "see at the exchange"),
        ("clock_skew", {"skew_ms": -90_500}, "clock skew", "clock is -90", "set this machine's clock"),
    ],
)
def test_a_fault_of_the_exchange_is_told(
    found_with: LookWith, fault: str, settings: dict[str, object], check: str, told: str, remedy: str
) -> None:
    found_with.environment.setattr("desk.bootstrap.doctor_looks._STREAMS_WITHIN_MS", 1_000)
    found_with.environment.setattr("desk.bootstrap.doctor_trade._SEEN_WITHIN_MS", 1_000)
    found_with.exchange.do(lambda at: at.fault(fault, **settings))
    try:
        code, found = found_with(KEY, SECRET)
    finally:
        found_with.exchange.do(lambda at: at.lift_faults())
        found_with.exchange.do(lambda at: at.hand.cancel())
    assert code == 1
    assert found[check]["verdict"] == "fault", found
    assert told in found[check]["told"]
    assert remedy in found[check]["remedy"]


def test_paper_says_what_does_not_apply(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[3]
    code, found = checks(
        capsys, "--platform", str(root / "platform.yaml"), "--set", f"storage.path={folder}/state", "--trade"
    )
    assert code == 0
    assert [name for name, one in found.items() if one["verdict"] == "ok"] == [
        "mode and host", "markets", "filters", "stop support", "client-id look-up",
    ]  # fmt: skip
    assert not (folder / "state").exists()


def complaint(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """Run a command that must refuse, and return the line it complains with."""
    assert main(arguments) == code
    answer = capsys.readouterr()
    [line] = answer.err.splitlines()
    return line


def test_a_trade_with_real_money_is_no_look(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(folder, "platform.yaml", exchange_platform("live")))
    line = complaint(capsys, 2, "doctor", "--trade", "--platform", path)
    assert "--trade: connector.ccxt.mode is live, and an order would cost real money" in line


def daemon(folder: Path, path: str) -> list[str]:
    return ["daemon", "--platform", path, "--set", f"storage.path={folder}/state", "--duration", "1s"]


@pytest.mark.parametrize(("key", "secret", "code"), [("nobody", SECRET, 10003), (KEY, "wrongsecret", 10004)])
def test_a_key_that_is_not_taken_starts_nothing(
    found_with: LookWith, key: str, secret: str, code: int
) -> None:
    found_with.environment.setenv("DESK_TEST_KEY", key)
    found_with.environment.setenv("DESK_TEST_SECRET", secret)
    path = platform(found_with.folder, found_with.exchange.base_url)
    line = complaint(found_with.capsys, 2, *daemon(found_with.folder, path))
    assert line.startswith(f"{path}:9: connector.ccxt.api_key: bybit did not tell the key's rights: ")
    assert str(code) in line
    assert line.endswith("check api_key and secret, and that they are a key of mode sandbox")


def test_a_key_with_wrong_rights_starts_nothing(found_with: LookWith) -> None:
    found_with.environment.setenv("DESK_TEST_KEY", "withdrawing")
    found_with.environment.setenv("DESK_TEST_SECRET", "withdrawingsecret")
    path = platform(found_with.folder, found_with.exchange.base_url)
    line = complaint(found_with.capsys, 4, *daemon(found_with.folder, path))
    assert line == "desk: bybit: the key may withdraw: make one without that right"


def test_a_symbol_the_exchange_lacks_is_told_before_anything_starts(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blueprint = written(folder, "any.yaml", BLUEPRINT.replace("SYMBOL", "BTC/USDT:USDX"))
    path = platform(folder, exchange.base_url)
    line = complaint(capsys, 2, *daemon(folder, path), "--blueprint", str(blueprint))
    assert line == (
        f"{blueprint}:2: symbols.0: BTC/USDT:USDX: bybit has no such symbol; did you mean `BTC/USDT:USDT`?"
    )
    line = complaint(capsys, 2, *daemon(folder, path), "--set", "feed.connector.symbols=[BTC/USD]")
    assert line.startswith("--set: feed.connector.symbols.0: bybit has no such symbol; ")


def test_an_exchange_that_is_away_starts_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, 1, *daemon(folder, platform(folder, "http://127.0.0.1:9")))
    assert line.startswith("desk: bybit did not tell ")
    assert line.endswith("; nothing was started, and `desk doctor` looks closer")


@pytest.mark.parametrize("command", [["daemon", "--duration", "1s"], ["doctor"]])
def test_a_sandbox_never_leads_to_real_money(
    folder: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    path = platform(folder, "https://api.bybit.com")
    line = complaint(capsys, 2, *command, "--platform", path, "--set", f"storage.path={folder}/state")
    assert "connector.ccxt.base_url: base_url leads to api.bybit.com, a host for real money" in line


def test_a_second_desk_on_the_account_is_refused(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = platform(folder, exchange.base_url)
    with account_lock(load_platform(Path(path), (), {}).platform, StorageLayout(folder / "another")):
        line = complaint(capsys, 4, *daemon(folder, path))
        assert f"in {folder}/another) trades on this account (bybit swap sandbox, env:DESK_TEST_KEY)" in line
        assert "trades on this account" in complaint(capsys, 4, "doctor", "--trade", "--platform", path)
        assert main(["doctor", "--platform", path]) == 0


def test_a_past_is_fetched_and_replayed(
    exchange: HostedExchange, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "past.csv"
    line = ["history", "BTC/USDT:USDT", "--days", "1", "--interval", "15m", "--out", str(file)]
    path = platform(folder, exchange.base_url)
    assert main([*line, "--platform", path]) == 0
    assert capsys.readouterr().out == f"{file}: 96 candles, 96 of them new, no hole\n"
    whole = file.read_bytes()
    file.write_bytes(whole[:-700])
    assert main([*line, "--platform", path]) == 0
    assert file.read_bytes()[: len(whole)] == whole

    root = Path(__file__).parents[3]
    blueprint = written(folder, "any.yaml", BLUEPRINT.replace("SYMBOL", "BTC/USDT:USDT"))
    replayed = ["replay", "--data", f"BTC/USDT:USDT={file}", "--blueprint", str(blueprint), "--strict"]
    storage = f"storage.path={folder}/state"
    assert main([*replayed, "--platform", str(root / "platform.yaml"), "--set", storage]) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["BTC/USDX:USDX"], "BTC/USDX:USDX: bybit has no such symbol; did you mean `BTC/USDT:USDT`?"),
        (["FOO"], "FOO: bybit has no such symbol; write one of: BTC/USDT:USDT, "),
        (
            ["FOO/BAR"],
            (
                "FOO/BAR: bybit has no such symbol; write one of: BTC/USDT, ETH/USDT, SOL/USDT; "
                "a perpetual is written as BTC/USDT:USDT"
            ),
        ),
        (["BTC/USDT:USDT", "--interval", "7m"], "--interval: bybit has no candles of this length"),
        (["BTC/USDT:USDT", "--interval", "soon"], "--interval: 'soon' is no duration"),
        (["BTC/USDT", "--exchange", "bybitt"], "--exchange: ccxt knows no exchange 'bybitt'; did you mean"),
    ],
)
def test_a_past_that_there_is_not_is_told(
    exchange: HostedExchange,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    out, path = folder / "past.csv", platform(folder, exchange.base_url)
    line = ["history", "--days", "1", "--out", str(out), "--platform", path, *arguments]
    assert main(line) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(told)
    assert not out.exists()


def test_the_paper_exchange_has_no_past(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[3]
    path = str(root / "platform.yaml")
    line = complaint(capsys, 2, "history", "BTC/USDT", "--days", "1", "--platform", path)
    assert line == (
        f"{path}: connector.ccxt: names no exchange, and the paper exchange has no past; "
        "add it, or give --exchange"
    )


def test_no_days_are_no_past(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, 2, "history", "BTC/USDT", "--days", "0", "--exchange", "bybit")
    assert line == "--days: 0 is no number of days; write a whole number from 1 to 3650"
