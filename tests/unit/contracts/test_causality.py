"""A causality chain starts with a birth, names causes by typed ids, and grows by copy alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desk.contracts.causality import CausalityChain
from desk.contracts.ids import (
    ContextId,
    DirectiveId,
    EntryPlanId,
    ExecutionDirectiveId,
    FillId,
    ManualId,
    NewsId,
    OpportunityId,
    ScheduleId,
    SizePlanId,
    ThreatId,
    TickId,
    TradeId,
    TypedId,
)

BIRTHS = (TickId, ScheduleId, NewsId, ManualId)
CAUSES = (
    ContextId,
    OpportunityId,
    ThreatId,
    DirectiveId,
    EntryPlanId,
    SizePlanId,
    ExecutionDirectiveId,
    FillId,
)
NOW_MS = 1_700_000_000_000


def born() -> CausalityChain:
    return CausalityChain.born(TickId.at(NOW_MS, 1))


def test_a_chain_without_a_birth_is_refused() -> None:
    with pytest.raises(ValidationError, match="starts with a tick"):
        CausalityChain()


@pytest.mark.parametrize("kind", BIRTHS)
def test_ticks_schedules_news_and_the_operator_are_births(kind: type[TickId]) -> None:
    birth = kind.at(NOW_MS, 5)
    assert CausalityChain.born(birth).ids() == (birth,)


def test_growing_leaves_the_earlier_chain_as_it_was() -> None:
    earlier = born()
    later = earlier.extended(OpportunityId.at(NOW_MS, 2))
    assert earlier.opportunity_ids == ()
    assert later.opportunity_ids == (OpportunityId.at(NOW_MS, 2),)


def test_a_cause_named_twice_is_kept_once() -> None:
    signal = OpportunityId.at(NOW_MS, 2)
    assert born().extended(signal, signal).extended(signal).opportunity_ids == (signal,)


def test_a_cause_cannot_replace_another_of_its_kind() -> None:
    chain = born().extended(DirectiveId.at(NOW_MS, 1))
    with pytest.raises(ValueError, match="grows and never changes"):
        chain.extended(DirectiveId.at(NOW_MS, 2))


def test_a_trade_is_a_result_and_no_cause() -> None:
    with pytest.raises(ValueError, match="result, not a cause"):
        born().extended(TradeId.at(NOW_MS, 1))


def test_an_id_of_the_wrong_type_is_refused_by_its_prefix() -> None:
    with pytest.raises(ValidationError, match="expected an id like TCK_"):
        CausalityChain.model_validate({"tick_id": "SCH_20260101_000000_00000001"})


def test_what_an_earlier_chain_knew_is_added_and_nothing_of_the_own_is_lost() -> None:
    own = CausalityChain.born(ManualId.at(NOW_MS, 9)).extended(ThreatId.at(NOW_MS, 1))
    earlier = born().extended(OpportunityId.at(NOW_MS, 3), ThreatId.at(NOW_MS, 2))
    merged = own.caused_by(earlier)
    assert set(merged.ids()) == {*own.ids(), *earlier.ids()}


@given(st.lists(st.tuples(st.sampled_from(CAUSES), st.integers(0, 3)), max_size=8))
def test_a_chain_only_grows_and_survives_its_own_json(named: list[tuple[type[TypedId], int]]) -> None:
    chain = born()
    for kind, number in named:
        try:
            longer = chain.extended(kind.at(NOW_MS, number))
        except ValueError:
            continue
        assert set(chain.ids()) <= set(longer.ids())
        chain = longer
    read = CausalityChain.model_validate_json(chain.model_dump_json())
    assert read == chain
    assert [type(one) for one in read.plan_ids] == [type(one) for one in chain.plan_ids]


def test_a_chain_names_every_assessment_that_was_weighed() -> None:
    first, second = ContextId.at(NOW_MS, 1), ContextId.at(NOW_MS, 2)
    chain = born().extended(first).extended(second, first)
    assert chain.context_ids == (first, second)
    assert {first, second} < set(chain.ids())
    other = born().extended(ContextId.at(NOW_MS, 3))
    assert other.caused_by(chain).context_ids == (ContextId.at(NOW_MS, 3), first, second)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('"CTX_20231114_221320_00000007"', ("CTX_20231114_221320_00000007",)),
        ("null", ()),
    ],
)
def test_a_journal_that_named_one_assessment_still_reads(written: str, named: tuple[str, ...]) -> None:
    text = (
        f'{{"tick_id": "TCK_20231114_221320_00000001", "context_assessment_id": {written},'
        ' "opportunity_ids": ["OPP_20231114_221320_00000002"]}'
    )
    chain = CausalityChain.model_validate_json(text)
    assert chain.context_ids == named
    assert all(type(one) is ContextId for one in chain.context_ids)
    assert CausalityChain.model_validate_json(chain.model_dump_json()) == chain


@pytest.mark.parametrize("wrong", ['"OPP_20231114_221320_00000002"', "7", '["CTX"]', '{"a": 1}'])
def test_what_is_no_assessment_is_refused(wrong: str) -> None:
    text = f'{{"tick_id": "TCK_20231114_221320_00000001", "context_ids": {wrong}}}'
    with pytest.raises(ValidationError):
        CausalityChain.model_validate_json(text)
