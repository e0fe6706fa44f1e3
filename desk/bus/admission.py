"""What a worker may publish: the names of its manifest, the right payloads, and only in its own name."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import ValidationError

from desk.bus.failures import PublicationRefused
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.directives import StrategyDirective
from desk.contracts.dto import Dto
from desk.contracts.envelope import Publication
from desk.contracts.events import PLANNER_ONLY, PLATFORM_ONLY, PeriodSkipped
from desk.contracts.ids import TypedId
from desk.contracts.manifests import WorkerCategory, WorkerManifest
from desk.contracts.model_faults import model_fault
from desk.contracts.payloads import PAYLOADS

_LONGEST_MEMORY = 100_000
_LONGEST_TEXT = 2_000
_LONGEST_QUOTING = 2 * _LONGEST_TEXT
"""Of a directive, which may quote the signal it answers: a long one stops nobody but who signals it."""

_LONGEST_MESSAGE = 50_000


def check_memory(changes: Mapping[str, str | None]) -> None:
    """Raise PublicationRefused where a worker remembers what the journal cannot keep."""
    for key, value in changes.items():
        if not _is_text(key) or not (value is None or _is_text(value)):
            kind = type(value).__name__
            raise PublicationRefused(f"it remembers a {kind} under {key!r}; only text is kept")
        if value is not None and len(value) > _LONGEST_MEMORY:
            raise PublicationRefused(
                f"it remembers {len(value)} characters under {key!r}, at most {_LONGEST_MEMORY} are kept"
            )


def check_reason(reason: str) -> None:
    """Raise PublicationRefused where a worker stops a flow for a reason that the journal cannot keep."""
    fault = "reason: it is no text" if not _is_text(reason) else _length_fault("reason", reason)
    if fault is not None:
        raise PublicationRefused(f"it asks to stop a flow: {fault}")


def _is_text(value: object) -> bool:
    """Tell whether it is text that can be written down: not every str can."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _length_fault(name: str, text: object, most: int = _LONGEST_TEXT) -> str | None:
    if not isinstance(text, str) or len(text) <= most:
        return None
    return f"{name}: it has {len(text)} characters, at most {most} are taken"


def _content_fault(payload: Dto) -> str | None:
    """Read a message as the journal would: one made past its own checks says here what is wrong with it."""
    most = _LONGEST_QUOTING if isinstance(payload, StrategyDirective) else _LONGEST_TEXT
    too_long = next((fault for name, text in payload if (fault := _length_fault(name, text, most))), None)
    if too_long is not None:
        return too_long
    try:
        written = payload.model_dump_json(warnings=False, exclude_unset=True)
        if len(written) > _LONGEST_MESSAGE:
            return f"it takes {len(written)} characters to write down, at most {_LONGEST_MESSAGE} are taken"
        type(payload).model_validate_json(written)
    except ValidationError as error:
        return model_fault(error)
    except ValueError as error:
        return f"it cannot be written down: {' '.join(str(error).split())}"
    return None


class PublicationRules:
    """Check what one worker, `name` in `strategy_id`, hands over to be published.

    What a worker `is_foreign` to the desk hands over is read once more, as the journal would read it.
    """

    def __init__(self, manifest: WorkerManifest, name: str, strategy_id: str, *, is_foreign: bool) -> None:
        self._is_foreign = is_foreign
        self._manifest = manifest
        self._name = name
        self._strategy_id = strategy_id

    def check(self, publications: Sequence[Publication], given: Collection[TypedId]) -> None:
        """Raise PublicationRefused at the first fault; `given` are the ids the worker drew in this call."""
        issued: list[TypedId] = []
        for publication in publications:
            fault = self._name_fault(publication.event_name) or self._payload_fault(publication)
            payload = publication.event_payload
            if fault is None and isinstance(payload, StrategyDirective):
                fault = self._directive_fault(payload, given, issued)
                issued.append(payload.directive_id)
            elif fault is None and isinstance(payload, EntryBlock | EntryRelease):
                fault = self._block_fault(payload)
            if fault is not None:
                raise PublicationRefused(f"{self._name} may not publish {publication.event_name}: {fault}")

    def _name_fault(self, event_name: str) -> str | None:
        if event_name in PLATFORM_ONLY:
            return "the name is the platform's"
        if event_name in PLANNER_ONLY:
            return "only a planner publishes plans"
        if event_name not in self._manifest.publishes:
            return f"the manifest of {self._manifest.name} does not name it"
        return None

    def _payload_fault(self, publication: Publication) -> str | None:
        expected, payload = PAYLOADS.get(publication.event_name), publication.event_payload
        if expected is None:
            return None
        if not isinstance(payload, expected):
            return f"expected {expected.__name__}, was {type(payload).__name__}"
        if isinstance(payload, PeriodSkipped):
            return self._period_fault(payload)
        return _content_fault(payload) if self._is_foreign and isinstance(payload, Dto) else None

    def _period_fault(self, payload: PeriodSkipped) -> str | None:
        if payload.worker != self._name:
            return f"it speaks for {payload.worker}"
        texts = {
            "symbol": payload.symbol, "schedule_name": payload.schedule_name, "reason": payload.reason
        }  # fmt: skip
        is_sound = all(map(_is_text, texts.values())) and type(payload.period_start_ms) is int
        if not is_sound:
            return "its fields are not of their types"
        return next((fault for name, text in texts.items() if (fault := _length_fault(name, text))), None)

    def _block_fault(self, payload: EntryBlock | EntryRelease) -> str | None:
        if (payload.strategy_id, payload.worker) != (self._strategy_id, self._name):
            return f"it speaks for {payload.worker} of {payload.strategy_id}"
        if self._manifest.category is not WorkerCategory.RISK_CONTROL:
            return "to block entries is for RISK_CONTROL"
        return None

    def _directive_fault(
        self, directive: StrategyDirective, given: Collection[TypedId], issued: Sequence[TypedId]
    ) -> str | None:
        owner = (directive.strategy_id, directive.strategy_planner_id)
        if owner != (self._strategy_id, self._name):
            return f"it speaks for {owner[1]} of {owner[0]}"
        if directive.directive_id in issued or directive.directive_id not in given:
            return f"{directive.directive_id} was issued before; each directive draws an id of its own"
        if directive.emergency and self._manifest.category is not WorkerCategory.RISK_CONTROL:
            return "an emergency exit is for RISK_CONTROL"
        return None
