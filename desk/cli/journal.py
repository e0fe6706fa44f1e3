"""`desk journal verify|export`: prove the journal whole, or print it."""

from pathlib import Path
from typing import Literal

from desk.cli.journal_access import asked
from desk.cli.options import JournalOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.control.socket_client import SocketClient


def command(action: Literal["verify", "export"], options: JournalOptions) -> int:
    """Do what was asked of the journal; exit 1 where it is not whole."""
    return _verify(options) if action == "verify" else _export(options)


def _verify(options: JournalOptions) -> int:
    from desk.control.journal_asking import verified
    from desk.journal.verify import VerifyReport, verify

    async def living(client: SocketClient, path: Path) -> tuple[Path, VerifyReport]:
        return path, await verified(client)

    path, report = asked(options, living, lambda path: (path, verify(path)))
    share = report.share
    if options.json:
        say_json(
            {
                "ok": report.is_whole,
                "journal": path,
                "entries": report.entries,
                "rows": report.rows,
                "head_hash": report.head_hash,
                "fault": report.fault,
                "fills": share.own,
                "fills_unbroken": share.unbroken,
                "fills_external": share.external,
                "fills_broken": list(share.broken_ids),
            }
        )
    elif report.is_whole:
        say(f"{path}: whole; {report.entries} entries give {report.rows} rows, the same digit by digit")
        say(f"{share.unbroken} of {share.own} fills can say why, {share.external} are from outside")
        say(f"head hash {report.head_hash}")
    if report.fault is not None:
        complain(f"{path}: {report.fault}")
    return ExitCode.DONE if report.is_whole else ExitCode.FAILED


def _export(options: JournalOptions) -> int:
    from desk.control.journal_asking import exported
    from desk.journal.export import export

    async def living(client: SocketClient, _: Path) -> None:
        async for line in exported(client):
            say(line)

    def resting(path: Path) -> None:
        for line in export(path):
            say(line)

    asked(options, living, resting)
    return ExitCode.DONE
