"""Whose journal this is: the account at the venue, as the venue itself names it."""

from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem, ReadFailed
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved

_PLATFORM = "platform"
_WORKER = "platform.account"
_ID = "id"
_ATTEMPTS = 5
_PAUSE_MS = 1_000


async def known_account(
    connector: IAPIConnector, ledger: LedgerView, recorder: Recorder, clock: Clock, desk_id: str
) -> None:
    """Keep a journal to one account: what another one holds is no continuation of these books.

    Raises InputRefused where the journal belongs to another account, ReadFailed where the venue does not
    answer. A venue that tells no id is believed.
    """
    told = await _told(connector, clock)
    if told is None:
        return
    known = ledger.worker_memory(_PLATFORM, _WORKER).get(_ID)
    if known is None:
        record = WorkerStateSaved(_PLATFORM, _WORKER, _ID, told)
        entry = JournalEntry(EntryKind.WORKER_STATE_SAVED, _WORKER, clock.now_ms(), record, worker=_WORKER)
        await recorder.record(entry)
    elif known != told:
        what = f"the journal of {desk_id} belongs to account {known}, and the key opens account {told}"
        remedy = "use a key of that account, or give this one another desk.id or storage.path"
        raise InputRefused(Problem("platform.yaml", None, "connector.ccxt.api_key", what, remedy))


async def _told(connector: IAPIConnector, clock: Clock) -> str | None:
    for _ in range(_ATTEMPTS - 1):
        try:
            return await connector.fetch_account_id()
        except ReadFailed:
            await clock.sleep_ms(_PAUSE_MS)
    return await connector.fetch_account_id()
