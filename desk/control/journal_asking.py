"""The journal of a desk that lives, exported and proven over its socket: the work is the asker's."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from pydantic import TypeAdapter

from desk.control.codec import Codec
from desk.control.door import Door, answering
from desk.control.questions import Question
from desk.control.socket_client import SEARCHES_WITHIN_S, SocketClient
from desk.journal.causesum import CauseSum
from desk.journal.codec import GENESIS
from desk.journal.export import line_of
from desk.journal.pages import JournalPages, PagedEntry, TableSum, digest_of
from desk.journal.verify import Folding, VerifyReport


@dataclass(frozen=True, slots=True)
class EntriesAsked:
    """Ask for the entries after a place."""

    after: int


@dataclass(frozen=True, slots=True)
class CausesAsked:
    """Ask for the pairs of cause and entry behind one."""

    parent_id: str
    sequence: int


ENTRIES = Question(
    "journal_entries",
    Codec(lambda: TypeAdapter(EntriesAsked)),
    Codec(lambda: TypeAdapter(tuple[PagedEntry, ...])),
)
CAUSES = Question(
    "journal_causes",
    Codec(lambda: TypeAdapter(CausesAsked)),
    Codec(lambda: TypeAdapter(tuple[tuple[str, int], ...])),
)
TABLE_SUMS = Question(
    "journal_table_sums", Codec(lambda: TypeAdapter(None)), Codec(lambda: TypeAdapter(tuple[TableSum, ...]))
)


def journal_door(pages: JournalPages) -> Door:
    """Return the answers of a journal that is being written."""
    return dict(
        (
            answering(ENTRIES, lambda one: pages.entries(one.after)),
            answering(CAUSES, lambda one: pages.causes(one.parent_id, one.sequence)),
            answering(TABLE_SUMS, lambda _: pages.table_sums()),
        )
    )


async def exported(client: SocketClient) -> AsyncIterator[str]:
    """Yield one JSON object per entry, up to the newest; raises DeskUnreachable."""
    previous = GENESIS
    async for paged in _entries(client):
        entry = paged.row()
        yield line_of(entry, previous)
        previous = entry.hash


async def verified(client: SocketClient) -> VerifyReport:
    """Prove the journal up to an entry that was the newest; raises DeskUnreachable.

    Each projection is compared as it was at one place in the journal, by its digest.
    """
    sums = await client.ask(TABLE_SUMS, None, SEARCHES_WITHIN_S)
    waiting = {one.sequence: [other for other in sums if other.sequence == one.sequence] for one in sums}
    newest = max(waiting, default=0)
    folded = Folding()
    fault = _table_fault(folded, waiting.pop(0, []))
    if newest and fault is None:
        async with aclosing(_entries(client)) as entries:
            async for paged in entries:
                fault = folded.take(paged.row()) or _table_fault(folded, waiting.pop(folded.count, []))
                if fault is not None or folded.count == newest:
                    break
    if fault is None:
        fault = await _cause_fault(client, folded)
    return folded.report(fault)


def _table_fault(folded: Folding, sums: list[TableSum]) -> str | None:
    """Compare the tables that were read at this place."""
    for one in sums:
        rows = [row for (table, _), row in folded.rows.items() if table is one.table]
        if len(rows) != one.rows or digest_of(rows) != one.digest:
            return (
                f"{one.table.value} has {one.rows} rows, and they are not the {len(rows)} that the first "
                f"{one.sequence} entries give; stop the desk and verify again to see which"
            )
    return None


async def _cause_fault(client: SocketClient, folded: Folding) -> str | None:
    table, last = CauseSum(), ("", 0)
    while pairs := await client.ask(CAUSES, CausesAsked(*last), SEARCHES_WITHIN_S):
        for cause, sequence in pairs:
            if sequence <= folded.count:
                table.take(cause, sequence)
        last = pairs[-1]
    if table.is_same(folded.links):
        return None
    return "the table of causes is not what the entries name; stop the desk and verify again to see which"


async def _entries(client: SocketClient) -> AsyncGenerator[PagedEntry, None]:
    after = 0
    while page := await client.ask(ENTRIES, EntriesAsked(after), SEARCHES_WITHIN_S):
        for entry in page:
            yield entry
        after = page[-1].sequence
