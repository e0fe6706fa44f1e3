"""An account at an exchange: what cannot be is refused by its line, and no secret stands anywhere."""

import pickle
from pathlib import Path

import pytest

from desk.cli.main import main
from desk.config.configuration import Configuration
from desk.config.credentials import credentials_of
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile, load_platform
from desk.contracts.problems import InputRefused
from tests.builders.accounts import ENVIRONMENT, KEY, SECRET, exchange_platform
from tests.builders.config import PLATFORM, changed, line_of, rising_candles, written

BAD = [
    # what stands there, what is written instead, the key that is told, what is wrong, the remedy
    ("    exchange: bybit\n", "    exchange: bybitt\n", "exchange", "ccxt knows no", "did you mean `bybit`?"),
    ("    exchange: bybit\n", "    exchange: gateio\n", "exchange", "ccxt knows no", "did you mean `gate`?"),
    (
        "    exchange: bybit\n",
        "    exchange: mtgox9999\n",
        "exchange",
        "ccxt knows no",
        "write its id in ccxt",
    ),
    ("    exchange: bybit\n", "    exchange: kraken\n", "mode", "kraken offers no sandbox", "`desk sandbox`"),
    ("    exchange: bybit\n", "    exchange: binance\n", "mode", "no sandbox for swap", "write demo"),
    ("    exchange: bybit\n", "    exchange: binanceusdm\n", "mode", "offers no sandbox", "write demo"),
    ("    mode: sandbox\n", "    mode: test\n", "mode", "unknown value 'test'", "'sandbox', 'demo', 'live'"),
    ("    exchange: bybit\n", "    exchange: okx\n", "password", "is missing", "okx asks for a passphrase"),
    ("    market: swap\n", "    market: future\n", "market", "unknown value 'future'", "'spot', 'swap'"),
    ("    api_key: env:DESK_TEST_KEY\n", "", "api_key", "is missing", "env:NAME"),
    ("    secret: env:DESK_TEST_SECRET\n", "", "secret", "is missing", "env:NAME"),
    ("api_key: env:DESK_TEST_KEY", f"api_key: {KEY}", "api_key", "expected a reference", "write env:NAME"),
    ("api_key: env:DESK_TEST_KEY", "api_key: 123456", "api_key", "expected text", "env:NAME"),
    ("secret: env:DESK_TEST_SECRET", f"secret: {SECRET}", "secret", "expected a reference", "write env:NAME"),
    ("    mode: sandbox\n", "    mod: sandbox\n", "mod", "unknown key", "did you mean `mode`?"),
]

BAD_BASE_URLS = [
    ("127.0.0.1:8080", "must begin with http://"),
    ("localhost", "must begin with http://"),
    ("ws://127.0.0.1:8080", "must begin with http://"),
    ("HTTP://127.0.0.1", "must begin with http://"),
    ("http:127.0.0.1", "must begin with http://"),
    ("http://127.0.0.1:8080/", "has a path"),
    ("http://127.0.0.1:8080/bybit-spot", "has a path"),
    ("http://127.0.0.1:8080?a=b", "has a path"),
    ("http://127.0.0.1:8080#a", "has a path"),
    ("http://", "names no host"),
    ("http://:8080", "names no host"),
    ("'http://two hosts'", "names no host"),
    ("http://127.0.0.1:99999", "is no address"),
    ("http://127.0.0.1:0", "has no such port"),
    ("http://[::1", "is no address"),
    ("http://me:hunter2@127.0.0.1", "holds a name or a password"),
]


def loaded(folder: Path, text: str, *settings: str) -> Platform:
    return load_platform(written(folder, "platform.yaml", text), settings, {}).platform


def refusal(folder: Path, text: str, *settings: str) -> str:
    with pytest.raises(InputRefused) as caught:
        loaded(folder, text, *settings)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "key", "what", "remedy"), BAD)
def test_a_fault_of_the_account_is_one_line(
    tmp_path: Path, old: str, new: str, key: str, what: str, remedy: str
) -> None:
    text = changed(exchange_platform(), old, new)
    told = refusal(tmp_path, text)
    place, _, rest = told.partition(f": connector.ccxt.{key}: ")
    assert place.startswith(f"{tmp_path}/platform.yaml:")
    line = text.splitlines()[int(place.rpartition(":")[2]) - 1]
    assert line.strip().startswith((f"{key}:", "ccxt:"))
    assert what in rest
    assert remedy in rest
    assert KEY not in told
    assert SECRET not in told
    assert "\n" not in told


@pytest.mark.parametrize(("base_url", "what"), BAD_BASE_URLS)
def test_a_base_url_is_scheme_host_and_port(tmp_path: Path, base_url: str, what: str) -> None:
    text = exchange_platform("sandbox", f"base_url: {base_url}")
    told = refusal(tmp_path, text)
    start = f"{tmp_path}/platform.yaml:{line_of(text, 'base_url')}: connector.ccxt.base_url: {what}"
    assert told.startswith(start)
    assert told.endswith("write scheme, host and port alone, such as http://127.0.0.1:8080")
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:8080", "https://sandbox.example", "http://[::1]:8080"]
)
def test_a_local_exchange_stands_for_any_in_sandbox(tmp_path: Path, base_url: str) -> None:
    text = changed(exchange_platform("sandbox", f"base_url: {base_url}"), "bybit", "kraken")
    account = loaded(tmp_path, text).connector.ccxt
    assert account is not None
    assert account.base_url == base_url


def test_another_address_is_never_live(tmp_path: Path) -> None:
    told = refusal(tmp_path, exchange_platform("live", "base_url: http://127.0.0.1:8080"))
    assert "connector.ccxt.base_url: is another exchange's address" in told


def test_the_named_connector_must_be_described(tmp_path: Path) -> None:
    told = refusal(tmp_path, exchange_platform(), "connector={name: ccxt}")
    assert told == (
        "--set: connector.ccxt: is missing; add it, with exchange, market, mode, api_key and secret"
    )
    told = refusal(tmp_path, PLATFORM, "connector={name: paper}")
    assert told == "--set: connector.paper: is missing; add it, with opening_balances"


def test_paper_needs_instruments_and_prices_and_an_exchange_neither(tmp_path: Path) -> None:
    platform = loaded(tmp_path, exchange_platform())
    assert platform.instruments == ()
    assert platform.feed.name == "connector"
    section = PLATFORM[PLATFORM.index("feed:\n") : PLATFORM.index("risk:\n")]
    told = refusal(tmp_path, changed(PLATFORM, section, ""))
    assert told.endswith("platform.yaml:1: feed: is missing; write synthetic or replay")
    section = PLATFORM[PLATFORM.index("instruments:\n") : PLATFORM.index("connector:\n")]
    told = refusal(tmp_path, changed(PLATFORM, section, ""))
    assert "platform.yaml:1: instruments: is missing; add it" in told
    assert "\n" not in told


@pytest.mark.parametrize("feed", ["synthetic", "replay"])
def test_real_orders_are_never_on_made_up_prices(tmp_path: Path, feed: str) -> None:
    told = refusal(tmp_path, PLATFORM, "connector.name=ccxt", f"feed.name={feed}", *_as_settings())
    assert told == (
        f"--set: feed.name: {feed} prices are none of the exchange's, and its orders are real; "
        "write connector, or connector.name: paper"
    )


def _as_settings() -> list[str]:
    keys = {"exchange": "bybit", "market": "swap", "api_key": "env:K", "secret": "env:S"}
    return [f"connector.ccxt.{key}={value}" for key, value in keys.items()]


def test_a_blueprint_s_symbol_is_left_to_the_exchange(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = written(tmp_path, "platform.yaml", exchange_platform())
    blueprint = written(tmp_path, "any.yaml", _ANY.replace("SYMBOL", "WEN/USDT:USDT"))
    assert main(["check", str(platform), str(blueprint)]) == 0
    assert capsys.readouterr().err == ""


_ANY = """\
name: any
symbols: [SYMBOL]
workers:
  - use: trend_context
    parameters: {symbol: SYMBOL}
planners: {entry: [{use: market}], size: [{use: fixed_notional}], exit: [{use: stop_and_target}]}
"""


def test_secrets_are_fetched_and_shown_nowhere(tmp_path: Path) -> None:
    file: PlatformFile = load_platform(written(tmp_path, "platform.yaml", exchange_platform()), (), {})
    account = file.platform.connector.ccxt
    assert account is not None
    fetched = credentials_of(account, ENVIRONMENT)
    assert (fetched.api_key.get_secret_value(), fetched.secret.get_secret_value()) == (KEY, SECRET)
    assert fetched.password is None
    configuration = Configuration(file, ())
    for shown in (repr(fetched), repr(configuration), configuration.hash):
        assert KEY not in shown
        assert SECRET not in shown
    pickled = pickle.dumps(configuration.platform)
    assert KEY.encode() not in pickled


def test_every_missing_secret_is_told_at_once(tmp_path: Path) -> None:
    account = loaded(tmp_path, exchange_platform("sandbox", "password: env:NONE")).connector.ccxt
    assert account is not None
    with pytest.raises(InputRefused) as caught:
        credentials_of(account, {"DESK_TEST_KEY": KEY})
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["connector.ccxt.secret", "connector.ccxt.password"]
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ((), ["connector.paper: is missing, and recorded", "instruments: is missing, and recorded"]),
        (("connector.paper={opening_balances: {USDT: 1}}",), ["instruments: is missing, and recorded"]),
    ],
)
def test_a_rehearsal_of_an_exchange_s_desk_asks_for_what_it_trades_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: tuple[str, ...], told: list[str]
) -> None:
    platform = written(tmp_path, "platform.yaml", exchange_platform())
    blueprint = written(tmp_path, "any.yaml", _ANY.replace("SYMBOL", "BTC/USDT:USDT"))
    data = written(tmp_path, "data.csv", rising_candles(30))
    line = ["replay", "--data", str(data), "--blueprint", str(blueprint), "--platform", str(platform)]
    chosen = [part for one in (*settings, f"storage.path={tmp_path}/state") for part in ("--set", one)]
    assert main([*line, *chosen]) == 2
    complaints = capsys.readouterr().err.splitlines()
    assert [part in one for part, one in zip(told, complaints, strict=True)] == [True] * len(told)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("key", ["api_key", "secret", "password"])
@pytest.mark.parametrize(
    "value", ["0123456", "12:30:59", "off", "0xC0FFEE", "1_000_000", ".5e999", "[7654321]"]
)
def test_a_literal_secret_of_any_look_is_never_repeated(tmp_path: Path, key: str, value: str) -> None:
    text = exchange_platform("sandbox", "password: env:P")
    line = next(one for one in text.splitlines() if one.strip().startswith(f"{key}:"))
    told = refusal(tmp_path, changed(text, line, f"    {key}: {value}"))
    assert f": connector.ccxt.{key}" in told
    assert value.strip("[]") not in told
    told = refusal(tmp_path, text, f"connector.ccxt.{key}={value}")
    assert told.startswith(f"--set: connector.ccxt.{key}")
    assert value.strip("[]") not in told
