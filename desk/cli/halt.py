"""`desk halt`: no new risk from now on; stops stay at the venue."""

from desk.cli.options import DeskOptions
from desk.cli.reaching import order
from desk.contracts.commands import Halt


def command(options: DeskOptions, reason: str | None) -> int:
    """Halt the running desk; raises DeskUnreachable where none runs."""
    return order(options, Halt() if reason is None else Halt(reason))
