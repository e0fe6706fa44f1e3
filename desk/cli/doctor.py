"""`desk doctor`: one line for each thing that trading on the configured account needs."""

import asyncio
import os
import sys
from collections.abc import Callable

from desk.cli.arming import arming_words
from desk.cli.options import DoctorOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.config.arming import arming_phrase
from desk.config.credentials import credentials_of
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile, load_platform
from desk.config.storage import storage_of
from desk.contracts.examination import Finding, Verdict
from desk.contracts.problems import InputRefused, Problem
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

_END_WITHIN_MS = 1_000


def command(options: DoctorOptions) -> int:
    """Look at everything; exit 1 where something is at fault."""
    file = load_platform(options.platform, options.settings, os.environ)
    armed_by = _checked(file, options)
    found: list[Finding] = []

    def on_finding(finding: Finding) -> None:
        found.append(finding)
        _clear_line()
        if not options.json:
            say(str(finding))

    try:
        asyncio.run(_examined(file.platform, armed_by, on_finding, trade=options.trade))
    except KeyboardInterrupt:
        complain("desk: stopped before everything was looked at")
        return ExitCode.FAILED
    is_well = all(one.verdict is not Verdict.FAULT for one in found)
    if options.json:
        _say_json(file.platform, found, is_well=is_well)
    return ExitCode.DONE if is_well else ExitCode.FAILED


def _checked(file: PlatformFile, options: DoctorOptions) -> str | None:
    """Refuse what is no look, and return the words that arm a live account, where --live asks for that."""
    platform = file.platform
    account = platform.connector.ccxt
    if platform.connector.name == "ccxt" and account is not None:
        credentials_of(account, os.environ, file.document)
    if options.trade and arming_phrase(platform) is not None:
        what = "connector.ccxt.mode is live, and an order would cost real money"
        raise InputRefused(Problem(str(options.platform), None, "--trade", what, "leave --trade out"))
    if not options.live and arming_phrase(platform) is not None:
        complain("desk: the account is live and not armed: public data alone is looked at")
        return None
    return arming_words(platform, storage_of(platform), options.platform, live=options.live)


async def _examined(
    platform: Platform, armed_by: str | None, on_finding: Callable[[Finding], None], *, trade: bool
) -> None:
    from desk.bootstrap.doctor import DoctorRun, examine

    supervisor = TaskSupervisor(lambda name, error: complain(f"desk: {name}: {error}"))
    run = DoctorRun(
        platform=platform,
        storage=storage_of(platform),
        armed_by=armed_by,
        trade=trade,
        clock=WallClock(),
        spawner=supervisor,
        on_look=_show_look,
        on_finding=on_finding,
    )
    try:
        await examine(run)
    finally:
        await supervisor.stop(_END_WITHIN_MS)


def _show_look(name: str) -> None:
    """Show at a terminal what takes its time."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{name} ...")
        sys.stderr.flush()


def _clear_line() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _say_json(platform: Platform, found: list[Finding], *, is_well: bool) -> None:
    account = platform.connector.ccxt if platform.connector.name == "ccxt" else None
    say_json(
        {
            "ok": is_well,
            "connector": platform.connector.name,
            "exchange": None if account is None else account.exchange,
            "mode": "paper" if account is None else account.mode,
            "checks": [
                {"check": one.check, "verdict": one.verdict, "told": one.told, "remedy": one.remedy}
                for one in found
            ],
        }
    )
