"""An envelope carries any number of events, and no name that belongs to the platform."""

import pytest

from desk.contracts.envelope import Disposition, DispositionEnvelope, Publication


def test_an_envelope_carries_any_number_of_events_in_order() -> None:
    envelope = DispositionEnvelope.publish(("FIRST_EVENT", 1), ("SECOND_EVENT", 2), ("FIRST_EVENT", 3))
    assert [one.event_payload for one in envelope.publications] == [1, 2, 3]
    assert envelope.disposition is Disposition.PUBLISH


def test_publishing_nothing_is_to_continue() -> None:
    assert DispositionEnvelope.publish() == DispositionEnvelope.CONTINUE


@pytest.mark.parametrize("name", ["_flow_stop_success", "SYSTEM_RESET", "INTERNAL_EVENT", "_X"])
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="reserved to the platform"):
        Publication(name, None)


@pytest.mark.parametrize("name", ["lower", "A", "AB", "TRAILING_", "1ABC", "A" * 101, "", "SPA CE"])
def test_malformed_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="UPPER_SNAKE"):
        Publication(name, None)


def test_publications_and_disposition_agree() -> None:
    with pytest.raises(ValueError, match="PUBLISH with 0"):
        DispositionEnvelope(Disposition.PUBLISH)
    with pytest.raises(ValueError, match="STOP with 1"):
        DispositionEnvelope(Disposition.STOP, (Publication("ANY_EVENT", None),))


def test_a_stop_says_why() -> None:
    assert DispositionEnvelope.stop("nothing to do").reason == "nothing to do"
