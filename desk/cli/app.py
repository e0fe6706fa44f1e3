"""What can be typed after `desk`."""

from cyclopts import App

import desk
from desk.cli import desk_commands as of_desk
from desk.cli import journal_commands as of_journal
from desk.cli import rehearsal_commands as of_rehearsal

app = App(
    name="desk",
    help="A live trading desk for the terminal.",
    version=desk.__version__,
    help_format="plaintext",
    result_action="return_value",
)
journal_app = App(name="journal", help="Prove the journal whole, or print it.")
app.command(journal_app)

for _one in (
    of_desk.run, of_desk.demo, of_desk.attach, of_desk.daemon, of_desk.status, of_desk.halt, of_desk.rearm,
    of_desk.emergency_exit, of_desk.flatten,
    of_rehearsal.replay, of_rehearsal.history, of_rehearsal.doctor, of_rehearsal.check, of_rehearsal.workers,
    of_rehearsal.new_worker, of_rehearsal.sandbox, of_rehearsal.drill,
    of_journal.why, of_journal.why_not,
):  # fmt: skip
    app.command(_one)
for _one in (of_journal.verify, of_journal.export):
    journal_app.command(_one)
