"""What workers that rate one aspect of a market share: a signed rating, said when it has changed."""

from abc import abstractmethod
from decimal import Decimal
from typing import ClassVar

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import CONTEXT_ASSESSED
from desk.contracts.manifests import parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ContextFactor
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.indicators import within_unit


class RatingParameters(BarParameters):
    """Say which change of a rating is worth a word, and whether an unchanged one is said again."""

    min_change: Decimal = parameter(
        Decimal("0.1"), "rating", "A smaller change of the rating is not published.", gt=0, le=1
    )
    repeat_bars: int | None = parameter(
        None,
        "bars",
        "An unchanged rating is published again after so many bars; unset: never.",
        ge=1,
        le=100_000,
    )


class RatedContext(BarWorker):
    """Publish CONTEXT_ASSESSED when the rating has changed materially.

    After a restart the first warm bar publishes again, so that nothing is remembered.
    """

    factor_type: ClassVar[str]
    both_sides: ClassVar[bool] = False
    """Whether a strength is one for a short too."""

    def __init__(self, parameters: RatingParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._min_change = parameters.min_change
        self._repeat_bars = parameters.repeat_bars
        self._published: Decimal | None = None
        self._bars_since = 0

    @abstractmethod
    def rating(self, bar: Bar) -> Decimal | None:
        """Return the rating at the newest bar, strength above zero; None while it cannot be told."""

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Publish the rating where it differs materially from what was published last."""
        told = self.rating(bar)
        if told is None:
            return DispositionEnvelope.CONTINUE
        rating = within_unit(abs(told)).copy_sign(told)
        self._bars_since += 1
        if not self._is_news(rating):
            return DispositionEnvelope.CONTINUE
        self._published = rating
        self._bars_since = 0
        factor = ContextFactor(
            factor_type=self.factor_type,
            symbol=bar.symbol,
            source=self.context.name,
            strength=rating if rating >= 0 else None,
            weakness=-rating if rating < 0 else None,
            both_sides=self.both_sides,
        )
        return DispositionEnvelope.publish((CONTEXT_ASSESSED, self.new_assessment(bar.symbol, factor)))

    def _is_news(self, rating: Decimal) -> bool:
        published, repeat_bars = self._published, self._repeat_bars
        if published is None or abs(rating - published) >= self._min_change:
            return True
        return repeat_bars is not None and self._bars_since >= repeat_bars
