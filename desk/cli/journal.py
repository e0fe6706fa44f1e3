"""`desk journal verify|export`: prove the journal whole, or print it."""

from typing import Literal

from desk.cli.journal_access import open_for_reading
from desk.cli.options import JournalOptions
from desk.cli.output import ExitCode, complain, say, say_json


def command(action: Literal["verify", "export"], options: JournalOptions) -> int:
    """Do what was asked of the journal; exit 1 where it is not whole."""
    return _verify(options) if action == "verify" else _export(options)


def _verify(options: JournalOptions) -> int:
    from desk.journal.verify import verify

    with open_for_reading(options) as path:
        report = verify(path)
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
    from desk.journal.export import export

    with open_for_reading(options) as path:
        for line in export(path):
            say(line)
    return ExitCode.DONE
