"""Signals and ids refuse what they cannot mean."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desk.contracts.causality import CausalityChain
from desk.contracts.ids import ThreatId, TickId, TypedId
from desk.contracts.signals import ContextFactor, ThreatSignal

NOW_MS = 1_700_000_000_000
ID_TYPES = TypedId.__subclasses__()


@given(st.sampled_from(ID_TYPES), st.integers(0, 4_000_000_000_000), st.integers(0, 2**40))
def test_an_id_has_prefix_second_and_eight_hex_digits(kind: type[TypedId], time_ms: int, number: int) -> None:
    made = kind.at(time_ms, number)
    assert kind(str(made)) == made
    assert made.startswith(f"{kind.prefix}_")
    assert len(made) == len(kind.prefix) + 25


def test_prefixes_are_unique() -> None:
    assert len({kind.prefix for kind in ID_TYPES}) == len(ID_TYPES)


@pytest.mark.parametrize("text", ["", "TCK", "TCK_20260101_000000_0000000G", "tck_20260101_000000_00000001"])
def test_a_malformed_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="expected an id like TCK_"):
        TickId(text)


@pytest.mark.parametrize(
    ("strength", "weakness"), [(None, None), (Decimal("0.5"), Decimal("0.5")), (Decimal(2), None)]
)
def test_a_context_factor_is_a_strength_or_a_weakness(
    strength: Decimal | None, weakness: Decimal | None
) -> None:
    with pytest.raises(ValidationError):
        ContextFactor(
            factor_type="TREND", symbol="BTC/USDT", source="test", strength=strength, weakness=weakness
        )


@pytest.mark.parametrize("severity", [Decimal("1.01"), Decimal("-0.1"), Decimal("NaN"), 0.5])
def test_a_threat_s_severity_is_a_finite_decimal_share(severity: object) -> None:
    with pytest.raises(ValidationError):
        ThreatSignal.model_validate(
            {
                "threat_id": ThreatId.at(NOW_MS, 1),
                "threat_type": "VOLATILITY",
                "severity": severity,
                "detected_at_ms": NOW_MS,
                "source": "test",
                "rationale": "because",
                "causality": CausalityChain.born(TickId.at(NOW_MS, 1)),
            }
        )
