"""`desk flatten`: out of everything by a connector of its own, while no desk can do it."""

import asyncio
import os
from collections.abc import Sequence

from desk.cli.options import DeskOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.cli.reaching import typed
from desk.config.platform_file import load_platform
from desk.config.storage import living_storage

_OWNER_ONLY = 0o077


def command(options: DeskOptions, *, all_balances: bool) -> int:
    """Flatten the account; raises RefusedByState while a desk holds it on paper, InputRefused."""
    from desk.bootstrap.flatten import FlattenRun, flatten

    os.umask(_OWNER_ONLY)
    tell = complain if options.json else say

    def is_meant(what: Sequence[str]) -> bool:
        for line in what or ["nothing is open; the desk is latched all the same"]:
            (tell if options.yes else complain)(f"  {line}")
        return options.yes or typed("Leave all of it? [y/N]").lower() in {"y", "yes"}

    file = load_platform(options.platform, options.settings, os.environ)
    run = FlattenRun(file, living_storage(file.platform), all_balances, is_meant, tell)
    result = asyncio.run(flatten(run))
    if result is None:
        complain("desk: nothing was done (--yes asks nothing)")
        return ExitCode.REFUSED
    if options.json:
        say_json(
            {
                "by": "flatten",
                "word": result.word,
                "flow_id": None,
                "elapsed_ms": result.elapsed_ms,
                "rounds": result.rounds,
                "remains": list(result.remains),
            }
        )
    else:
        for remains in result.remains:
            say(f"left: {remains}")
        say(f"{result.word} after {result.elapsed_ms / 1000:.1f} s; `desk rearm` lets the desk trade again")
    return ExitCode.DONE if result.is_flat else ExitCode.NOT_FLAT
