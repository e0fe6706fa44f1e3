"""A value that a model does not take is named in one line, with what it takes."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.ids import TickId
from desk.contracts.model_faults import model_fault
from desk.contracts.signals import ContextFactor

GOOD: dict[str, object] = {
    "factor_type": "TREND",
    "symbol": "BTC/USDT",
    "source": "it",
    "strength": Decimal(1),
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"symbol": "BTC"}, "symbol 'BTC': write a symbol, such as BTC/USDT or BTC/USDT:USDT"),
        ({"strength": Decimal(2)}, "strength 2: should be less than or equal to 1"),
        ({"source": None}, "source None: should be a valid string"),
        ({"mood": "good"}, "mood: is no field of it"),
        ({"factor_type": "x" * 99, "symbol": 1}, f"factor_type '{'x' * 40}...': write 3 to 25 capitals, "),
        ({"source": TickId}, "source of kind type: should be a valid string"),
    ],
)
def test_it_names_the_field_the_value_and_what_to_write(changed: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ContextFactor.model_validate(GOOD | changed)
    said = model_fault(refused.value)
    assert said.startswith(f"ContextFactor.{told}")
    assert said.endswith(", and 1 more") == (len(changed) > 1)
    assert "\n" not in said


def test_what_is_missing_and_what_does_not_fit_together_is_said() -> None:
    with pytest.raises(ValidationError) as missing:
        ContextFactor.model_validate({name: GOOD[name] for name in GOOD if name != "source"})
    assert model_fault(missing.value) == "ContextFactor.source: is missing"
    with pytest.raises(ValidationError) as both:
        ContextFactor.model_validate(GOOD | {"weakness": Decimal(1)})
    told = "ContextFactor: a context factor has exactly one of strength and weakness"
    assert model_fault(both.value) == told
