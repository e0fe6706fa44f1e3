"""How far the venue's clock is from ours; pure."""

from collections import deque
from dataclasses import dataclass

_KEPT = 8


@dataclass(frozen=True, slots=True)
class SkewSample:
    """Hold one question for the time: our clock before and after, the venue's between."""

    sent_ms: int
    received_ms: int
    venue_ms: int

    @property
    def round_trip_ms(self) -> int:
        """How long the question took; half of it is the most the sample can be wrong by."""
        return self.received_ms - self.sent_ms

    @property
    def skew_ms(self) -> int:
        """The venue's clock minus ours, were both ways equally long."""
        return self.venue_ms - (self.sent_ms + self.received_ms) // 2


class ClockSkew:
    """Keep the venue's clock minus ours: the sample with the shortest round trip of the newest few."""

    def __init__(self) -> None:
        self._samples: deque[SkewSample] = deque(maxlen=_KEPT)

    @property
    def skew_ms(self) -> int | None:
        """The venue's clock minus ours; None before the first sample."""
        if not self._samples:
            return None
        return min(self._samples, key=lambda one: one.round_trip_ms).skew_ms

    def add(self, sample: SkewSample) -> None:
        """Take one sample; a clock that was set back between question and answer teaches nothing.

        A sample that contradicts what is kept, by more than both could be wrong, means that a clock was set:
        what was measured before is forgotten.
        """
        if sample.round_trip_ms < 0:
            return
        if any(_contradict(sample, one) for one in self._samples):
            self._samples.clear()
        self._samples.append(sample)


def _contradict(one: SkewSample, other: SkewSample) -> bool:
    uncertain_ms = (one.round_trip_ms + other.round_trip_ms) // 2 + 1
    return abs(one.skew_ms - other.skew_ms) > uncertain_ms
