"""`desk why ID`: the causes of an id back to their births, and on to all it caused and how that ended."""

from desk.cli.journal_access import asked
from desk.cli.options import JournalOptions
from desk.cli.output import ExitCode, say, say_json


def command(identifier: str, options: JournalOptions) -> int:
    """Print the tree; raises InputRefused for an id the journal does not have."""
    from desk.journal.cause_text import tree_as_json, tree_as_lines
    from desk.journal.trace import trace

    tree = asked(options, lambda client, _: client.why(identifier), lambda path: trace(path, identifier))
    if options.json:
        say_json(tree_as_json(tree))
        return ExitCode.DONE
    for line in tree_as_lines(tree):
        say(line)
    if not tree.is_unbroken:
        say("the chain is broken: a cause is named that the journal does not have")
    return ExitCode.DONE
