"""Every entry has words, whatever its message left unset and whichever version of the desk wrote it."""

from typing import get_origin

import pytest
from pydantic import BaseModel
from pydantic_core import to_json

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.causality import CausalityChain
from desk.contracts.ids import ManualId
from desk.contracts.records import RECORD_TYPES, EntryKind, JournalEntry
from desk.journal.codec import EncodedEntry, encode
from desk.journal.facts import describe
from desk.runtime.log_rows import LogRows
from desk.runtime.steps import all_at_once
from tests.builders import ledger as build

MESSAGES = {kind: of for kind, of in RECORD_TYPES.items() if issubclass(of, BaseModel)}
CAUSE = CausalityChain(manual_id=ManualId("MAN_20260131_235959_0123abcd"))


def encoded(kind: EntryKind, record: object) -> EncodedEntry:
    return EncodedEntry(kind, "ID_1", build.START_MS, None, "[]", None, None, None, to_json(record).decode())


def released(**told: object) -> JournalEntry:
    record = EntryRelease.model_validate(by_breaker(reason="calm", released_at_ms=build.START_MS, **told))
    return JournalEntry(EntryKind.ENTRIES_RELEASED, "trend/breaker", build.START_MS, record)


def blocked(**told: object) -> JournalEntry:
    record = EntryBlock.model_validate(by_breaker(reason="two losses", blocked_at_ms=build.START_MS, **told))
    return JournalEntry(EntryKind.ENTRIES_BLOCKED, "trend/breaker", build.START_MS, record)


def by_breaker(**told: object) -> dict[str, object]:
    return {"strategy_id": "trend", "worker": "breaker", "causality": CAUSE, **told}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_with_nothing_but_what_it_must_have_is_put_into_words(kind: EntryKind) -> None:
    must = {name: one.annotation for name, one in MESSAGES[kind].model_fields.items() if one.is_required()}
    least = {name: [] if get_origin(kept) is tuple else "x" for name, kept in must.items()}
    assert "that tells no" not in describe(encoded(kind, least))


def test_a_block_says_for_whom_and_its_release_by_whom() -> None:
    assert describe(encode(blocked())) == "no new risk on anything by breaker: two losses"
    own = blocked(own_strategy_only=True, symbol="BTC/USDT")
    assert describe(encode(own)) == "no new risk on BTC/USDT for trend by breaker: two losses"
    assert describe(encode(released())) == "new risk on anything again by breaker: calm"
    by_hand = released(by_operator=True)
    assert "again by the operator, whom breaker kept off" in describe(encode(by_hand))


def test_an_entry_of_another_version_says_what_it_lacks_and_hides_no_other() -> None:
    assert describe(encoded(EntryKind.ALARM_ENDED, {})) == "ALARM_ENDED that tells no text"


def test_a_block_that_its_worker_lifted_is_told_with_all_that_happened_beside_it() -> None:
    log = LogRows()
    for entry in (build.fill_booked(), released(), build.flow_ended()):
        log.on_entry(entry)
    kinds = [one.kind for one in all_at_once(log.rows())]
    assert kinds == [EntryKind.FLOW_ENDED, EntryKind.ENTRIES_RELEASED, EntryKind.FILL_BOOKED]
