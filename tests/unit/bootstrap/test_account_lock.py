"""One desk per account, from whichever folder."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from desk.bootstrap.account_lock import account_lock
from desk.config.platform import Platform
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout
from desk.contracts.problems import RefusedByState
from tests.builders.accounts import ENVIRONMENT, KEY, exchange_platform, paper_platform
from tests.builders.config import written


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def platform(folder: Path, text: str, *settings: str) -> Platform:
    return load_platform(written(folder, "platform.yaml", text), settings, {}).platform


def storage(folder: Path, name: str) -> StorageLayout:
    return StorageLayout(folder / name)


def test_a_second_desk_on_the_account_is_refused(tmp_path: Path, home: Path) -> None:
    account = platform(tmp_path, exchange_platform())
    with account_lock(account, storage(tmp_path, "one")):
        with pytest.raises(RefusedByState) as refused, account_lock(account, storage(tmp_path, "two")):
            pass
        assert f"in {tmp_path}/one) trades on this account (bybit swap sandbox, env:DESK_TEST_KEY)" in str(
            refused.value
        )
        assert KEY not in str(refused.value)
        [lock] = (home / "desk" / ".accounts").iterdir()
        assert lock.stat().st_mode & 0o077 == 0
        assert KEY not in lock.name + lock.read_text()
    with account_lock(account, storage(tmp_path, "two")):
        pass


@pytest.mark.parametrize(
    "other",
    [
        "connector.ccxt.exchange=bybiteu",
        "connector.ccxt.market=spot",
        "connector.ccxt.mode=live",
        "connector.ccxt.api_key=env:DESK_TEST_SECRET",
        "connector.ccxt.base_url=http://127.0.0.1:9",
    ],
)
def test_other_accounts_are_others(tmp_path: Path, other: str) -> None:
    with ExitStack() as held:
        for settings in ((), (other,)):
            one = platform(tmp_path, exchange_platform(), *settings)
            held.enter_context(account_lock(one, storage(tmp_path, "any")))


def test_the_same_key_by_another_reference_is_the_same_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIAS", KEY)
    one = platform(tmp_path, exchange_platform())
    other = platform(tmp_path, exchange_platform(), "connector.ccxt.api_key=env:ALIAS", "desk.id=other")
    with (
        account_lock(one, storage(tmp_path, "one")),
        pytest.raises(RefusedByState),
        account_lock(other, storage(tmp_path, "two")),
    ):
        pass


def test_the_paper_account_is_locked_by_its_exchange(tmp_path: Path, home: Path) -> None:
    paper = platform(tmp_path, paper_platform())
    with account_lock(paper, storage(tmp_path, "one")), account_lock(paper, storage(tmp_path, "two")):
        assert not home.exists()
