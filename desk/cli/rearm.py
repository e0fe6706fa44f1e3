"""`desk rearm`: let a desk trade again that was halted, by a word that nobody types by mistake."""

from desk.cli.options import DeskOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.cli.reaching import ask, order, outcome_fields, storage_of, typed
from desk.contracts.commands import REARM_WORD, CommandOutcome, Rearm
from desk.contracts.states import DeskState


def command(options: DeskOptions) -> int:
    """Re-arm the running desk; raises DeskUnreachable where none runs."""
    if not options.yes:
        seen = ask(storage_of(options), lambda client: client.snapshot())
        if seen.state is DeskState.ACTIVE and not seen.blocks:
            return _nothing_to_do(CommandOutcome(accepted=True, message="", state=seen.state), options)
        blocks = (f"{one.worker} blocks new risk on {one.scope}, {one.reason}" for one in seen.blocks)
        reasons = [seen.state_reason, *blocks]
        why = "".join(f": {one}" for one in reasons if one)
        if typed(f"{seen.desk_id} on {seen.mode} is {seen.state}{why}. Type {REARM_WORD}:") != REARM_WORD:
            complain(f"desk: not re-armed: the word is {REARM_WORD} (--yes gives it)")
            return ExitCode.REFUSED
    return order(options, Rearm(REARM_WORD))


def _nothing_to_do(outcome: CommandOutcome, options: DeskOptions) -> int:
    if options.json:
        say_json(outcome_fields(outcome))
    else:
        say(f"nothing to change: the desk is {outcome.state}")
    return ExitCode.DONE
