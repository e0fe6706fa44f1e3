"""Real money takes the platform's word, the option and the operator's words: of all combinations one arms."""

import io
import itertools
import os
import sys
from pathlib import Path

import pytest

from desk.cli.configuring import configure
from desk.cli.main import main
from desk.cli.options import RunOptions
from desk.contracts.problems import DeskError, InputRefused, RefusedByState
from tests.builders.accounts import ENVIRONMENT, exchange_platform, paper_platform
from tests.builders.config import changed, written

PHRASE = "live bybit swap test-desk 50000 USDT"
MODES = ("paper", "sandbox", "demo", "live")
WORDS = ("", "yes", PHRASE.upper(), PHRASE.replace("50000", "500"), PHRASE)


class Terminal(io.StringIO):
    """What is typed at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path


def options(folder: Path, mode: str, *, live: bool) -> RunOptions:
    text = paper_platform() if mode == "paper" else exchange_platform(mode)
    path = written(folder, "platform.yaml", text)
    return RunOptions(path, settings=(f"storage.path={folder}/state",), live=live)


def token(folder: Path, words: str, mode: int = 0o600, age_s: int = 0) -> Path:
    (folder / "state").mkdir(exist_ok=True)
    path = written(folder / "state", "arm-live", words + "\n")
    path.chmod(mode)
    then_s = path.stat().st_mtime - age_s
    os.utime(path, (then_s, then_s))
    return path


def attempt(chosen: RunOptions) -> str:
    """Say how a start ends: armed, unarmed, or refused with the exit code that it has."""
    try:
        configuration = configure(chosen)
    except InputRefused:
        return "2"
    except RefusedByState:
        return "4"
    return "unarmed" if configuration.armed_by is None else f"armed by {configuration.armed_by}"


@pytest.mark.parametrize("at_terminal", [True, False])
def test_of_all_combinations_exactly_one_arms(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, at_terminal: bool
) -> None:
    ends: dict[tuple[str, bool, str], str] = {}
    for mode, live, words in itertools.product(MODES, (False, True), WORDS):
        if at_terminal:
            monkeypatch.setattr(sys, "stdin", Terminal(words + "\n"))
        else:
            token(folder, words)
        ends[mode, live, words] = attempt(options(folder, mode, live=live))
    expected = {
        (mode, live, words): ("4" if mode == "live" else "2" if live else "unarmed")
        for mode, live, words in ends
    }
    expected["live", True, PHRASE] = f"armed by {PHRASE}"
    assert ends == expected


def refusal(chosen: RunOptions) -> str:
    with pytest.raises(DeskError) as refused:
        configure(chosen)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_an_operator_is_told_what_is_armed_before_typing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(PHRASE + "\n"))
    configure(options(folder, "live", live=True))
    told = capsys.readouterr().err
    assert "REAL MONEY: desk test-desk on bybit swap, key env:DESK_TEST_KEY" in told
    assert "at most 50000 USDT an order and 100000 USDT a symbol" in told
    assert f"Type `{PHRASE}`" in told


def test_a_token_is_used_up_by_one_start(folder: Path) -> None:
    path = token(folder, PHRASE)
    assert configure(options(folder, "live", live=True)).armed_by == PHRASE
    assert not path.exists()
    assert "No such file" in refusal(options(folder, "live", live=True))


def test_a_token_with_other_words_is_used_up_too(folder: Path) -> None:
    path = token(folder, "please")
    assert PHRASE in refusal(options(folder, "live", live=True))
    assert not path.exists()


@pytest.mark.parametrize(
    ("mode", "age_s", "what"),
    [(0o640, 0, "can be read by others"), (0o600, 3600, "is too old"), (0o600, -3600, "is too old")],
)
def test_a_token_that_proves_nothing_arms_nothing(folder: Path, mode: int, age_s: int, what: str) -> None:
    token(folder, PHRASE, mode, age_s)
    told = refusal(options(folder, "live", live=True))
    assert what in told
    assert f"(umask 077; echo '{PHRASE}' > {folder}/state/arm-live)" in told


def test_a_link_is_no_token(folder: Path) -> None:
    path = token(folder, PHRASE)
    path.rename(folder / "elsewhere")
    path.symlink_to(folder / "elsewhere")
    assert "not armed" in refusal(options(folder, "live", live=True))


def test_a_token_that_cannot_be_removed_arms_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    token(folder, PHRASE)
    monkeypatch.setattr(Path, "unlink", kept)
    with pytest.raises(PermissionError):
        configure(options(folder, "live", live=True))


@pytest.mark.parametrize(
    ("mode", "option", "code", "told"),
    [
        ("paper", "--live", 2, "--live: connector.name is paper: there is nothing live about it"),
        ("sandbox", "--live", 2, "--live: connector.ccxt.mode is sandbox: there is nothing live about it"),
        ("live", "--json", 4, "connector.ccxt.mode is live: real money; give --live to arm it"),
        ("live", "--live", 4, "live trading is not armed"),
    ],
)
def test_half_an_arming_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], mode: str, option: str, code: int, told: str
) -> None:
    chosen = options(folder, mode, live=False)
    for name in ("run", "daemon"):
        line = [name, "--platform", str(chosen.platform), "--set", chosen.settings[0], option]
        assert main(line) == code
        [complaint] = capsys.readouterr().err.splitlines()
        assert told in complaint


def test_words_for_another_limit_arm_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = changed(exchange_platform("live"), "max_order_notional: 50000", "max_order_notional: 50000.5")
    path = written(folder, "platform.yaml", text)
    monkeypatch.setattr(sys, "stdin", Terminal(PHRASE + "\n"))
    with pytest.raises(RefusedByState, match=r"live bybit swap test-desk 50000\.5 USDT"):
        configure(RunOptions(path, live=True))


def test_a_missing_secret_is_told_by_its_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_TEST_SECRET")
    told = refusal(options(folder, "sandbox", live=False))
    assert told == (
        f"{folder}/platform.yaml:11: connector.ccxt.secret: env:DESK_TEST_SECRET: there is no such secret; "
        "store it there, or mend the reference"
    )
