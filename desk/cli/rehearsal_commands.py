"""The commands that prepare, try out and measure: no desk need run."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from desk.cli.dispatch import code_of
from desk.cli.flags import BlueprintOption, JsonOption, LiveOption, PlatformOption, SetOption
from desk.cli.options import (
    DEFAULT_PLATFORM,
    CheckOptions,
    DataFile,
    DeskOptions,
    DoctorOptions,
    DrillOptions,
    HistoryOptions,
    NewWorkerOptions,
    ReplayOptions,
    WorkersOptions,
)


def replay(
    *,
    data: Annotated[
        tuple[str, ...],
        Parameter(
            help="Recorded data: [SYMBOL=]FILE, CSV of trades or candles.", consume_multiple=True, negative=""
        ),
    ],
    blueprints: BlueprintOption,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    strict: Annotated[bool, Parameter(help="Refuse data with holes.", negative="")] = False,
    as_json: JsonOption = False,
) -> int:
    """Run the desk on recorded data, as fast as the machine allows."""
    files = tuple(DataFile.parse(text) for text in data)
    options = ReplayOptions(files, blueprints, platform, settings, strict=strict, json=as_json)
    return code_of("replay")(options)


def history(
    symbol: Annotated[str, Parameter(help="The exchange's symbol, such as BTC/USDT:USDT.")],
    /,
    *,
    days: Annotated[int, Parameter(help="How far back, in days.")],
    interval: Annotated[str, Parameter(help="The length of a candle: 1m, 15m, 1h, 1d.")] = "1m",
    out: Annotated[Path | None, Parameter(help="The file to write, or to go on with.")] = None,
    exchange: Annotated[
        str | None, Parameter(help="An exchange's id in ccxt, instead of the platform's.")
    ] = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
) -> int:
    """Fetch past candles of an exchange into a CSV file for replay."""
    return code_of("history")(HistoryOptions(symbol, days, interval, out, exchange, platform, settings))


def doctor(
    *,
    trade: Annotated[
        bool,
        Parameter(
            name="--trade", help="Send a smallest order and cancel it; never where it is live.", negative=""
        ),
    ] = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    live: LiveOption = False,
    as_json: JsonOption = False,
) -> int:
    """Look whether the account can be traded on, one line for each thing that is needed."""
    options = DoctorOptions(platform, settings, trade=trade, live=live, json=as_json)
    return code_of("doctor")(options)


def check(
    files: tuple[Path, ...] = (),
    /,
    *,
    platform: Annotated[
        Path | None, Parameter(help="Check the blueprints against this platform file.")
    ] = None,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Check platform files and blueprints; without FILE, platform.yaml and blueprints/*.yaml."""
    return code_of("check")(CheckOptions(files, platform, settings, json=as_json))


def workers(
    name: Annotated[str | None, Parameter(help="Its name, or FILE.py:ClassName.")] = None,
    /,
    *,
    blueprints: Annotated[
        tuple[Path, ...],
        Parameter(name="--blueprint", help="Where workers are named by path; may be repeated.", negative=""),
    ] = (),
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """List the workers and which of them run, or show what one takes, hears and keeps."""
    options = WorkersOptions(blueprints, DeskOptions(platform, settings, json=as_json))
    return code_of("workers")(name, options)


def new_worker(
    name: Annotated[str, Parameter(help="What it is called: small letters, digits and _.")],
    /,
    *,
    category: Annotated[str, Parameter(help="What it is for: context, opportunity, threat, strategy, ...")],
    folder: Annotated[Path, Parameter(help="Where it is written.")] = Path("plugins"),
    platform: PlatformOption = DEFAULT_PLATFORM,
) -> int:
    """Write a worker, its test and a blueprint that uses it, ready to run; overwrites nothing."""
    return code_of("new_worker")(NewWorkerOptions(name, category, folder, platform))


def sandbox(
    *,
    port: Annotated[int, Parameter(help="Where it listens on this machine; 0 takes a free port.")] = 8799,
    scenario: Annotated[Path | None, Parameter(help="What is traded, by whom, and what goes wrong.")] = None,
    data: Annotated[
        tuple[str, ...],
        Parameter(help="Recorded prices to follow: SYMBOL=FILE.", consume_multiple=True, negative=""),
    ] = (),
    speed: Annotated[str | None, Parameter(help="How many times as fast prices live.")] = None,
) -> int:
    """Start a local exchange to rehearse on, and print how to connect the desk to it."""
    files = tuple(DataFile.parse(text) for text in data)
    return code_of("sandbox")(port, scenario, files, speed)


def drill(
    *,
    positions: Annotated[int, Parameter(help="How many positions are left each time.")] = 10,
    rate: Annotated[int, Parameter(help="Creates, cancels and reads a second, each.")] = 50,
    latency_ms: Annotated[int, Parameter(name="--latency-ms", help="Added to every request.")] = 20,
    faults: Annotated[
        tuple[str, ...], Parameter(name="--fault", help="Only this fault; may be repeated.", negative="")
    ] = (),
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Measure the emergency exit at a local exchange, once under every fault; costs nothing."""
    options = DrillOptions(positions, rate, latency_ms, faults, platform, settings, json=as_json)
    return code_of("drill")(options)
