"""Entries as text: canonical, and the same when read back."""

import pytest

from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.records import RECORD_TYPES, EntryKind, JournalEntry
from desk.journal.codec import GENESIS, chained, decode, encode
from tests.builders import ledger as build

ENTRIES = (
    build.tick_received(price="100.10"),
    build.directive_issued(),
    build.trade_intended(),
    build.order_intended(stop="90", reserved="0E-8"),
    build.order_sent(),
    build.order_answered(reason='with "quotes" and \u00fcmlaut'),
    build.order_observed(stop="90.00"),
    build.fill_booked(),
    build.fill_booked(order=None, trade=None, flow=None),
    build.balance_adjusted("-1E-18"),
    build.period_recorded(),
    build.worker_saved("a", None),
    build.flow_ended(),
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_an_entry_reads_back_as_it_was_to_the_last_digit(entry: JournalEntry) -> None:
    again = decode(encode(entry))
    assert again == entry
    assert encode(again) == encode(entry)


def test_what_a_modify_left_unset_reads_back_unset() -> None:
    fields = build.directive().model_dump(exclude_unset=True)
    modify = StrategyDirective.model_validate(
        {
            **fields,
            "scope": DirectiveScope.MODIFY_EXISTING,
            "entry_directive": None,
            "target_trade_ids": (build.TRADE,),
            "exit_directive": ExitDirective(stop_loss_price=build.directive().confidence),
        }
    )
    entry = JournalEntry(EntryKind.DIRECTIVE_ISSUED, build.FLOW, build.START_MS, modify)
    record = decode(encode(entry)).record
    assert isinstance(record, StrategyDirective)
    assert record.exit_directive is not None
    assert record.exit_directive.model_fields_set == {"stop_loss_price"}


def test_decimals_are_text_and_keys_stand_as_declared() -> None:
    data = encode(build.fill_booked(price="100.10")).data
    assert '"price":"100.10"' in data
    assert data.index('"fill_id"') < data.index('"fill"') < data.index('"kind"')


def test_the_hash_covers_every_field_and_the_place() -> None:
    text = encode(build.fill_booked())
    hashes = {chained(GENESIS, 1, text), chained(GENESIS, 2, text), chained(b"x" * 32, 1, text)}
    for field in text._fields:
        changed = text._replace(**{field: 7 if field == "time_ms" else "other"})  # type: ignore[arg-type]
        hashes.add(chained(GENESIS, 1, changed))
    assert len(hashes) == 3 + len(text)


def test_every_kind_can_be_encoded() -> None:
    assert set(RECORD_TYPES) == set(EntryKind)
