"""`desk why-not [ID]`: what was refused, voided or skipped, and the reason of each."""

from dataclasses import asdict

from desk.cli.journal_access import asked
from desk.cli.options import JournalOptions
from desk.cli.output import ExitCode, say, say_json


def command(identifier: str | None, options: JournalOptions) -> int:
    """List what came to nothing: all of it, or what is about a flow, trade, period, worker or symbol."""
    from desk.journal.refusals import refusal_text, refusals
    from desk.journal.times import iso

    found = asked(
        options, lambda client, _: client.why_not(identifier), lambda path: refusals(path, identifier)
    )
    if options.json:
        say_json(
            {"about": identifier, "refusals": [{"time": iso(one.time_ms), **asdict(one)} for one in found]}
        )
        return ExitCode.DONE
    for one in found:
        say(refusal_text(one))
    if not found:
        say("nothing was refused" if identifier is None else f"nothing about {identifier} was refused")
    return ExitCode.DONE
