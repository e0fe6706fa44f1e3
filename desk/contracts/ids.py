"""Typed ids: a prefix that names what was born, the second it was born in, and eight hex digits."""

import re
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_TAIL = re.compile(r"\d{8}_\d{6}_[0-9a-f]{8}")


class TypedId(str):
    """Hold an id of the form `PREFIX_YYYYMMDD_HHMMSS_<8 hex>`, UTC, without business data inside.

    Raises ValueError where the text does not have the prefix and form of its type.
    """

    __slots__ = ()
    prefix: ClassVar[str] = ""

    def __new__(cls, text: str) -> Self:
        """Check the form and keep the text."""
        head, _, tail = text.partition("_")
        if head != cls.prefix or not _TAIL.fullmatch(tail):
            message = f"expected an id like {cls.prefix}_20260131_235959_0123abcd, was {text!r}"
            raise ValueError(message)
        return super().__new__(cls, text)

    @classmethod
    def at(cls, time_ms: int, number: int) -> Self:
        """Build the id of something born at `time_ms` (UTC) with a 32-bit `number`."""
        born = datetime.fromtimestamp(time_ms // 1000, UTC)
        return cls(f"{cls.prefix}_{born:%Y%m%d_%H%M%S}_{number & 0xFFFFFFFF:08x}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept the type itself or text of its form; write text."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )


class TickId(TypedId):
    """A price event."""

    prefix = "TCK"


class ScheduleId(TypedId):
    """A scheduled tick."""

    prefix = "SCH"


class NewsId(TypedId):
    """A news event."""

    prefix = "NWS"


class ManualId(TypedId):
    """A command from the operator's own hand."""

    prefix = "MAN"


class ContextId(TypedId):
    """A context assessment."""

    prefix = "CTX"


class OpportunityId(TypedId):
    """An opportunity signal."""

    prefix = "OPP"


class ThreatId(TypedId):
    """A threat signal."""

    prefix = "THR"


class DirectiveId(TypedId):
    """A StrategyDirective, and with it the flow it starts."""

    prefix = "STR"


class EntryPlanId(TypedId):
    """An entry plan."""

    prefix = "ENT"


class SizePlanId(TypedId):
    """A size plan."""

    prefix = "SIZ"


class ExitPlanId(TypedId):
    """An exit plan."""

    prefix = "EXT"


class RoutingPlanId(TypedId):
    """A routing plan."""

    prefix = "ROU"


class ExecutionDirectiveId(TypedId):
    """An ExecutionDirective."""

    prefix = "EXE"


class TradeId(TypedId):
    """A trade: one managed position, existing from its intent."""

    prefix = "TRD"


class FillId(TypedId):
    """A fill, derived from the venue's trade id so that it books once."""

    prefix = "FIL"


class AlarmId(TypedId):
    """An alarm raised to the operator."""

    prefix = "ALM"


class RunId(TypedId):
    """One life of a desk process."""

    prefix = "RUN"
