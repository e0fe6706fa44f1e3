"""What the connector is told: its secrets, and that it is armed by the words for this very account alone."""

from pathlib import Path

import pytest

from connectors.ccxt.settings import CcxtSettings
from desk.bootstrap.venue import connector_settings
from desk.config.platform import Platform
from desk.config.platform_file import load_platform
from desk.contracts.paper import PaperSettings
from desk.contracts.problems import InputRefused
from tests.builders.accounts import ENVIRONMENT, KEY, SECRET, exchange_platform, paper_platform
from tests.builders.config import written

PHRASE = "live bybit swap test-desk 50000 USDT"


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def platform(folder: Path, text: str, *settings: str) -> Platform:
    return load_platform(written(folder, "platform.yaml", text), settings, {}).platform


def told(folder: Path, mode: str, words: str | None, *settings: str) -> CcxtSettings:
    found = connector_settings(platform(folder, exchange_platform(mode), *settings), words)
    assert isinstance(found, CcxtSettings)
    return found


def test_only_the_words_for_this_account_and_limit_arm_it(tmp_path: Path) -> None:
    words = (None, "", "yes", PHRASE, f"{PHRASE} ", PHRASE.replace("bybit", "okx"))
    armed = [
        (mode, one)
        for mode in ("sandbox", "demo", "live")
        for one in words
        if told(tmp_path, mode, one).is_armed
    ]
    assert armed == [("live", PHRASE)]
    for other in ("risk.max_order_notional=50001", "connector.ccxt.market=spot", "desk.id=another"):
        assert not told(tmp_path, "live", PHRASE, other).is_armed


def test_the_connector_alone_is_told_the_secrets(tmp_path: Path) -> None:
    found = told(tmp_path, "sandbox", None, "connector.ccxt.base_url=http://127.0.0.1:8080")
    assert found.api_key is not None
    assert found.secret is not None
    assert (found.api_key.get_secret_value(), found.secret.get_secret_value()) == (KEY, SECRET)
    assert found.password is None
    assert found.base_url == "http://127.0.0.1:8080"
    assert KEY not in f"{found!r} {found}"
    assert SECRET not in f"{found!r} {found}"


def test_a_secret_that_is_not_there_is_told_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_TEST_KEY")
    with pytest.raises(
        InputRefused, match=r"connector\.ccxt\.api_key: env:DESK_TEST_KEY: there is no such secret"
    ):
        told(tmp_path, "sandbox", None)


def test_paper_is_told_what_the_platform_says(tmp_path: Path) -> None:
    found = connector_settings(platform(tmp_path, paper_platform()), PHRASE)
    assert isinstance(found, PaperSettings)
    assert found.latency_ms == 20
