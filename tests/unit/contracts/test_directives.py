"""The rules of a StrategyDirective hold for the whole model, whatever is left out."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    PriceZone,
    SizeDirective,
    StopReference,
    StrategyDirective,
)
from desk.contracts.ids import DirectiveId, TickId, TradeId
from desk.contracts.sides import OrderSide

NOW_MS = 1_700_000_000_000
TRADE = TradeId.at(NOW_MS, 1)
ENTRY = EntryDirective(symbol="BTC/USDT", direction=OrderSide.BUY)


def directive(scope: DirectiveScope, **parts: Any) -> StrategyDirective:  # noqa: ANN401 - any field
    """Build a directive of `scope`; what is not given is valid."""
    fields: dict[str, Any] = {
        "directive_id": DirectiveId.at(NOW_MS, 1),
        "strategy_id": "test",
        "strategy_planner_id": "planner",
        "decided_at_ms": NOW_MS,
        "causality": CausalityChain.born(TickId.at(NOW_MS, 1)),
        "scope": scope,
        "confidence": Decimal(1),
        "rationale": "because",
    }
    return StrategyDirective(**{**fields, **parts})


def test_a_new_trade_has_no_targets() -> None:
    with pytest.raises(ValidationError, match="NEW_TRADE has no targets"):
        directive(DirectiveScope.NEW_TRADE, entry_directive=ENTRY, target_trade_ids=(TRADE,))


@pytest.mark.parametrize(
    "entry", [None, EntryDirective(symbol="BTC/USDT"), EntryDirective(direction=OrderSide.BUY)]
)
def test_a_new_trade_names_symbol_and_direction(entry: EntryDirective | None) -> None:
    with pytest.raises(ValidationError, match="symbol and direction"):
        directive(DirectiveScope.NEW_TRADE, entry_directive=entry)


@pytest.mark.parametrize("scope", [DirectiveScope.MODIFY_EXISTING, DirectiveScope.CLOSE_EXISTING])
def test_modify_and_close_name_a_target_even_where_the_field_is_left_out(scope: DirectiveScope) -> None:
    with pytest.raises(ValidationError, match="needs at least one target"):
        directive(scope, exit_directive=ExitDirective(stop_loss_price=Decimal(1)))


def test_a_close_needs_no_sub_directive() -> None:
    closing = directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,))
    assert closing.exit_directive is None


def test_an_emergency_exit_may_meet_an_empty_book() -> None:
    assert directive(DirectiveScope.CLOSE_EXISTING, emergency=True).target_trade_ids == ()


def test_an_emergency_is_always_a_close() -> None:
    with pytest.raises(ValidationError, match="emergency exit has scope CLOSE_EXISTING"):
        directive(DirectiveScope.NEW_TRADE, entry_directive=ENTRY, emergency=True)


def test_only_an_emergency_names_an_affected_asset() -> None:
    with pytest.raises(ValidationError, match="affected_asset belongs to an emergency exit"):
        directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,), affected_asset="BTC")


def test_a_trade_is_targeted_once() -> None:
    with pytest.raises(ValidationError, match="names a trade twice"):
        directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE, TRADE))


def test_a_modify_that_sets_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="changes nothing"):
        directive(DirectiveScope.MODIFY_EXISTING, target_trade_ids=(TRADE,), exit_directive=ExitDirective())


def test_unset_differs_from_the_default_until_it_is_resolved() -> None:
    wish = ExitDirective(stop_loss_price=Decimal(100))
    assert wish.risk_reward_ratio is None
    assert wish.resolved().risk_reward_ratio == Decimal("2.0")
    assert wish.resolved().stop_loss_tolerance is None
    assert ExitDirective().resolved().stop_loss_tolerance == Decimal("0.02")
    assert ExitDirective().resolved().stop_reference is StopReference.ENTRY
    assert EntryDirective().resolved().timing_preference == Decimal("0.5")
    assert SizeDirective().resolved().account_risk_fraction == Decimal("0.02")


def test_a_stop_is_given_by_price_or_by_tolerance() -> None:
    with pytest.raises(ValidationError, match="not both"):
        ExitDirective(stop_loss_price=Decimal(1), stop_loss_tolerance=Decimal("0.1"))


def test_a_price_zone_is_ordered() -> None:
    with pytest.raises(ValidationError, match="above its maximum"):
        PriceZone(minimum=Decimal(2), maximum=Decimal(1))


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1.1"), Decimal("-0.1"), 1.0, True]
)
def test_confidence_is_a_finite_decimal_share(value: object) -> None:
    with pytest.raises(ValidationError):
        directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,), confidence=value)


def test_a_rationale_is_never_empty_and_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,), rationale="")
    with pytest.raises(ValidationError):
        directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,), urgency="now")


def test_a_directive_cannot_be_changed() -> None:
    closing = directive(DirectiveScope.CLOSE_EXISTING, target_trade_ids=(TRADE,))
    with pytest.raises(ValidationError):
        closing.rationale = "another"  # type: ignore[misc]


def test_a_directive_survives_its_own_json_digit_by_digit() -> None:
    opening = directive(
        DirectiveScope.NEW_TRADE,
        entry_directive=ENTRY,
        size_directive=SizeDirective(max_risk_amount=Decimal("100.10")),
    )
    read = StrategyDirective.model_validate_json(opening.model_dump_json())
    assert read == opening
    assert read.size_directive is not None
    assert str(read.size_directive.max_risk_amount) == "100.10"
