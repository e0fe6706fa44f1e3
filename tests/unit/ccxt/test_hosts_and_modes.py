"""Where requests may go, and which settings are refused before anything is sent."""

import pytest
from pydantic import SecretStr, ValidationError

from connectors.ccxt import modes
from connectors.ccxt.hosts import HostGuard, HostRefused, every_url, host_of, rebased
from connectors.ccxt.outcomes import redacted
from connectors.ccxt.settings import CcxtSettings, MarketChoice, ModeChoice
from desk.contracts.problems import InputRefused

KEY = "the-key"


def settings(**changes: object) -> CcxtSettings:
    fields: dict[str, object] = {"exchange": "bybit", "market": MarketChoice.SWAP, "mode": ModeChoice.SANDBOX}
    return CcxtSettings.model_validate(fields | changes)


def guard(**changes: object) -> HostGuard:
    fields: dict[str, object] = {
        "signed_to": frozenset(("test.example",)), "marker": None, "only_to": None, "needs_arming": False,
        "is_armed": False, "api_key": KEY,
    }  # fmt: skip
    return HostGuard(**(fields | changes))  # type: ignore[arg-type]  # as the test says


def test_public_data_may_come_from_anywhere_and_signed_requests_go_to_one_world() -> None:
    assert not guard().check("https://live.example/v5/market/time", {}, None)
    assert guard().check("https://test.example/v5/order", {"X-API-KEY": KEY}, None)
    for url, headers, body in [
        ("https://live.example/v5/order", {"X-API-KEY": KEY}, None),
        (f"https://live.example/order?key={KEY}", {}, None),
        ("https://live.example/order?signature=ab", {}, None),
        ("https://live.example/order", {}, f'{{"api_key": "{KEY}"}}'),
        ("https://live.example/order", {"API-Sign": "x"}, None),
    ]:
        with pytest.raises(HostRefused):
            guard().check(url, headers, body)


def test_shared_hosts_are_told_apart_by_the_header_alone() -> None:
    shared = guard(marker=("x-simulated-trading", "1"))
    assert shared.check("https://test.example/order", {"K": KEY, "X-Simulated-Trading": 1}, None)
    with pytest.raises(HostRefused, match="real money"):
        shared.check("https://test.example/order", {"K": KEY}, None)


def test_with_a_base_url_nothing_goes_elsewhere() -> None:
    local = guard(only_to="127.0.0.1:8080", signed_to=frozenset(("127.0.0.1:8080",)))
    assert local.check("http://127.0.0.1:8080/order", {"K": KEY}, None)
    with pytest.raises(HostRefused):
        local.check("https://live.example/v5/market/time", {}, None)


def test_every_host_in_a_nest_of_addresses_is_replaced() -> None:
    urls = {"a": "https://api.{hostname}", "ws": {"b": "wss://x.example/v5/private", "c": ["no address"]}}
    found = rebased(urls, "http://127.0.0.1:9", "h.example")
    assert found == {
        "a": "http://127.0.0.1:9",
        "ws": {"b": "ws://127.0.0.1:9/v5/private", "c": ["no address"]},
    }
    assert rebased(urls, "https://h:1", "h.example")["ws"]["b"] == "wss://h:1/v5/private"
    assert sorted(map(host_of, every_url(urls, "h.example"))) == ["api.h.example", "x.example"]


@pytest.mark.parametrize("exchange", ["kraken", "kucoin", "coinbase"])
def test_a_venue_without_a_sandbox_is_refused_rather_than_left_on_production(exchange: str) -> None:
    with pytest.raises(InputRefused, match="offers no sandbox"):
        modes.check(settings(exchange=exchange, market=MarketChoice.SPOT))
    modes.check(settings(exchange=exchange, market=MarketChoice.SPOT, base_url="http://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"exchange": "bitmex"}, "knows no exchange"),
        ({"exchange": "binanceusdm"}, "use mode demo"),
        ({"exchange": "binance"}, "use mode demo"),
        ({"exchange": "okx", "mode": ModeChoice.DEMO}, "use mode sandbox"),
        ({"api_key": SecretStr("x")}, "secret: a key needs both"),
    ],
)
def test_settings_that_could_only_fail_later_are_refused_with_a_remedy(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(InputRefused, match=says):
        modes.check(settings(**changes))


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "http://host/path", "ftp://host", "http://user@host"])
def test_a_base_url_is_a_scheme_a_host_and_a_port(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(base_url=url)


def test_secrets_show_nowhere() -> None:
    given = settings(api_key=SecretStr("k-111"), secret=SecretStr("s-222"))
    assert "k-111" not in repr(given)
    assert "s-222" not in f"{given} {given.model_dump()}"
    assert redacted("failed with k-111\nand more", ("k-111",)) == "failed with *** and more"
    told = redacted("GET https://h/o?symbol=A&signature=abc123&x=a%2Bb YSti a+b", ("a+b", ""))
    assert told == "GET https://h/o?symbol=A&signature=***&x=*** *** ***"
