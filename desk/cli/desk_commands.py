"""The commands that run a desk, or ask something of one."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from desk.cli.dispatch import code_of
from desk.cli.flags import (
    AsciiOption,
    BlueprintOption,
    DurationOption,
    JsonOption,
    LiveOption,
    ObserveOption,
    PicturesOption,
    PlatformOption,
    ReasonOption,
    SetOption,
    YesOption,
)
from desk.cli.options import DEFAULT_PLATFORM, DeskOptions, RunOptions, ScreenOptions, parse_duration_ms


def _run_options(
    platform: Path,
    blueprints: tuple[Path, ...],
    settings: tuple[str, ...],
    duration: str | None,
    *,
    live: bool,
    as_json: bool,
) -> RunOptions:
    duration_ms = None if duration is None else parse_duration_ms(duration)
    return RunOptions(platform, blueprints, settings, duration_ms, live=live, json=as_json)


def run(
    *,
    platform: PlatformOption = DEFAULT_PLATFORM,
    blueprints: BlueprintOption = (),
    settings: SetOption = (),
    duration: DurationOption = None,
    live: LiveOption = False,
    as_json: JsonOption = False,
    ascii_only: AsciiOption = False,
    observe: ObserveOption = False,
) -> int:
    """Run the desk in this terminal."""
    options = _run_options(platform, blueprints, settings, duration, live=live, as_json=as_json)
    return code_of("run")(options, ScreenOptions(ascii_only=ascii_only, observe=observe))


def demo(*, ascii_only: AsciiOption = False, pictures: PicturesOption = None) -> int:
    """Take a tour of the screen, on paper and offline."""
    return code_of("demo")(ScreenOptions(ascii_only=ascii_only), pictures)


def attach(
    *,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    ascii_only: AsciiOption = False,
    observe: ObserveOption = False,
) -> int:
    """Show a desk that runs in another process."""
    screen = ScreenOptions(ascii_only=ascii_only, observe=observe)
    return code_of("attach")(RunOptions(platform, settings=settings), screen)


def daemon(
    *,
    platform: PlatformOption = DEFAULT_PLATFORM,
    blueprints: BlueprintOption = (),
    settings: SetOption = (),
    duration: DurationOption = None,
    live: LiveOption = False,
    as_json: JsonOption = False,
) -> int:
    """Run the desk without a screen, under systemd or tmux."""
    options = _run_options(platform, blueprints, settings, duration, live=live, as_json=as_json)
    return code_of("daemon")(options)


def status(
    *, platform: PlatformOption = DEFAULT_PLATFORM, settings: SetOption = (), as_json: JsonOption = False
) -> int:
    """Tell how the running desk stands: state, positions, orders, alarms, prices."""
    return code_of("status")(DeskOptions(platform, settings, json=as_json))


def halt(
    *,
    reason: ReasonOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Take no new risk; stops stay, and `desk rearm` ends it."""
    return code_of("halt")(DeskOptions(platform, settings, json=as_json), reason)


def rearm(
    *,
    yes: YesOption = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Let a halted desk trade again; asks for a typed word."""
    return code_of("rearm")(DeskOptions(platform, settings, yes=yes, json=as_json))


def emergency_exit(
    *,
    reason: ReasonOption = None,
    yes: YesOption = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Leave every position and cancel every order, by the desk or, where it does not answer, without it."""
    return code_of("emergency_exit")(DeskOptions(platform, settings, yes=yes, json=as_json), reason)


def flatten(
    *,
    all_balances: Annotated[
        bool, Parameter(name="--all-balances", help="Sell what no trade holds, too.", negative="")
    ] = False,
    yes: YesOption = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Leave everything without the desk: needs neither daemon nor journal."""
    options = DeskOptions(platform, settings, yes=yes, json=as_json)
    return code_of("flatten")(options, all_balances=all_balances)
