"""What was found when an account was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a look ended: what does not apply was not looked at, and is no fault."""

    OK = "ok"
    FAULT = "fault"
    DOES_NOT_APPLY = "does not apply"


@dataclass(frozen=True, slots=True)
class Finding:
    """Tell what one look showed; `remedy` says what to do about a fault."""

    check: str
    verdict: Verdict
    told: str
    remedy: str = ""

    @classmethod
    def ok(cls, check: str, told: str) -> "Finding":
        """Find something in order."""
        return cls(check, Verdict.OK, told)

    @classmethod
    def fault(cls, check: str, told: str, remedy: str) -> "Finding":
        """Find something that keeps the desk from trading as it should."""
        return cls(check, Verdict.FAULT, told, remedy)

    @classmethod
    def no_matter(cls, check: str, why: str) -> "Finding":
        """Find that there is nothing to look at."""
        return cls(check, Verdict.DOES_NOT_APPLY, why)

    def __str__(self) -> str:
        """Write the finding as one line."""
        return f"{self.check}: {self.told}{f'; {self.remedy}' if self.remedy else f': {self.verdict}'}"
