"""What can be typed after `desk`."""

import gc
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

import desk
from desk.cli.options import (
    DEFAULT_PLATFORM,
    CheckOptions,
    DataFile,
    DeskOptions,
    DoctorOptions,
    DrillOptions,
    HistoryOptions,
    JournalOptions,
    NewWorkerOptions,
    ReplayOptions,
    RunOptions,
    ScreenOptions,
    WorkersOptions,
    parse_duration_ms,
)

PlatformOption = Annotated[Path, Parameter(help="The platform file.")]
BlueprintOption = Annotated[
    tuple[Path, ...], Parameter(name="--blueprint", help="A blueprint to run; may be repeated.", negative="")
]
SetOption = Annotated[
    tuple[str, ...], Parameter(name="--set", help="Set a platform key: dotted.key=value.", negative="")
]
DurationOption = Annotated[str | None, Parameter(help="Stop after this long: 30s, 5m, 2h.")]
LiveOption = Annotated[
    bool, Parameter(help="Allow live trading, where the platform asks for it.", negative="")
]
JsonOption = Annotated[bool, Parameter(name="--json", help="Write JSON to stdout.", negative="")]
AsciiOption = Annotated[
    bool, Parameter(name="--ascii", help="Draw with ASCII characters alone.", negative="")
]
ObserveOption = Annotated[bool, Parameter(help="Watch only: nothing on the screen acts.", negative="")]
YesOption = Annotated[bool, Parameter(name="--yes", help="Ask nothing: it is meant.", negative="")]
ReasonOption = Annotated[str | None, Parameter(help="Why, for the journal.")]
PicturesOption = Annotated[
    Path | None, Parameter(help="Show nothing; draw what there is to see into this folder.")
]
JournalOption = Annotated[Path | None, Parameter(help="Another journal than the desk's.")]

_COLLECT_ONCE_THEY_STAND = frozenset({"run", "demo", "daemon", "attach"})

app = App(
    name="desk",
    help="A live trading desk for the terminal.",
    version=desk.__version__,
    help_format="plaintext",
    result_action="return_value",
)
journal_app = App(name="journal", help="Prove the journal whole, or print it.")
app.command(journal_app)


def _command(name: str) -> Callable[..., int]:
    """Find a command's code when it is called: the others never pay for its imports."""
    module: Any = importlib.import_module(f"desk.cli.{name}")
    if name not in _COLLECT_ONCE_THEY_STAND:
        gc.enable()
    command: Callable[..., int] = module.command
    return command


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


@app.command
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
    return _command("run")(options, ScreenOptions(ascii_only=ascii_only, observe=observe))


@app.command
def demo(*, ascii_only: AsciiOption = False, pictures: PicturesOption = None) -> int:
    """Take a tour of the screen, on paper and offline."""
    return _command("demo")(ScreenOptions(ascii_only=ascii_only), pictures)


@app.command
def attach(
    *,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    ascii_only: AsciiOption = False,
    observe: ObserveOption = False,
) -> int:
    """Show a desk that runs in another process."""
    screen = ScreenOptions(ascii_only=ascii_only, observe=observe)
    return _command("attach")(RunOptions(platform, settings=settings), screen)


@app.command
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
    return _command("daemon")(options)


@app.command
def status(
    *, platform: PlatformOption = DEFAULT_PLATFORM, settings: SetOption = (), as_json: JsonOption = False
) -> int:
    """Tell how the running desk stands: state, positions, orders, alarms, prices."""
    return _command("status")(DeskOptions(platform, settings, json=as_json))


@app.command
def halt(
    *,
    reason: ReasonOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Take no new risk; stops stay, and `desk rearm` ends it."""
    return _command("halt")(DeskOptions(platform, settings, json=as_json), reason)


@app.command
def rearm(
    *,
    yes: YesOption = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Let a halted desk trade again; asks for a typed word."""
    return _command("rearm")(DeskOptions(platform, settings, yes=yes, json=as_json))


@app.command
def emergency_exit(
    *,
    reason: ReasonOption = None,
    yes: YesOption = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Leave every position and cancel every order, by the desk or, where it does not answer, without it."""
    return _command("emergency_exit")(DeskOptions(platform, settings, yes=yes, json=as_json), reason)


@app.command
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
    return _command("flatten")(options, all_balances=all_balances)


@app.command
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
    return _command("replay")(options)


@app.command
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
    return _command("history")(HistoryOptions(symbol, days, interval, out, exchange, platform, settings))


@app.command
def doctor(
    *,
    trade: Annotated[
        bool,
        Parameter(name="--trade", help="Send a smallest order and cancel it; sandbox alone.", negative=""),
    ] = False,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    live: LiveOption = False,
    as_json: JsonOption = False,
) -> int:
    """Look whether the account can be traded on, one line for each thing that is needed."""
    options = DoctorOptions(platform, settings, trade=trade, live=live, json=as_json)
    return _command("doctor")(options)


@app.command
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
    return _command("check")(CheckOptions(files, platform, settings, json=as_json))


@app.command
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
    return _command("workers")(name, options)


@app.command
def new_worker(
    name: Annotated[str, Parameter(help="What it is called: small letters, digits and _.")],
    /,
    *,
    category: Annotated[str, Parameter(help="What it is for: context, opportunity, threat, strategy, ...")],
    folder: Annotated[Path, Parameter(help="Where it is written.")] = Path("plugins"),
    platform: PlatformOption = DEFAULT_PLATFORM,
) -> int:
    """Write a worker, its test and a blueprint that uses it, ready to run; overwrites nothing."""
    return _command("new_worker")(NewWorkerOptions(name, category, folder, platform))


@app.command
def why(
    identifier: Annotated[str, Parameter(name="ID")],
    /,
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Tell how a fill, an order, a directive, a trade or a flow came about, and what became of it."""
    return _command("why")(identifier, JournalOptions(journal, platform, settings, json=as_json))


@app.command
def why_not(
    identifier: Annotated[str | None, Parameter(name="ID")] = None,
    /,
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Tell why something did not trade: refused and voided directives, with their reasons."""
    return _command("why_not")(identifier, JournalOptions(journal, platform, settings, json=as_json))


@journal_app.command
def verify(
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Rebuild the ledger from the journal, compare it digit by digit, and check the hash chain."""
    return _command("journal")("verify", JournalOptions(journal, platform, settings, json=as_json))


@journal_app.command
def export(
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Print the journal as JSON lines."""
    return _command("journal")("export", JournalOptions(journal, platform, settings, json=as_json))


@app.command
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
    return _command("sandbox")(port, scenario, files, speed)


@app.command
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
    return _command("drill")(options)
