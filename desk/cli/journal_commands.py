"""The commands that ask the journal."""

from typing import Annotated

from cyclopts import Parameter

from desk.cli.dispatch import code_of
from desk.cli.flags import JournalOption, JsonOption, PlatformOption, SetOption
from desk.cli.options import DEFAULT_PLATFORM, JournalOptions


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
    return code_of("why")(identifier, JournalOptions(journal, platform, settings, json=as_json))


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
    return code_of("why_not")(identifier, JournalOptions(journal, platform, settings, json=as_json))


def verify(
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Rebuild the ledger from the journal, compare it digit by digit, and check the hash chain."""
    return code_of("journal")("verify", JournalOptions(journal, platform, settings, json=as_json))


def export(
    *,
    journal: JournalOption = None,
    platform: PlatformOption = DEFAULT_PLATFORM,
    settings: SetOption = (),
    as_json: JsonOption = False,
) -> int:
    """Print the journal as JSON lines."""
    return code_of("journal")("export", JournalOptions(journal, platform, settings, json=as_json))
