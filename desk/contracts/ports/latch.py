"""What another process latched while this desk could not be asked."""

from typing import Protocol


class OutsideLatch(Protocol):
    """Tell whether the account was flattened from outside, until the operator re-arms the desk."""

    def reason(self) -> str | None:
        """Return why no risk may be taken, None where there is no latch; cheap, and a second old at most."""
        ...

    def is_leaving(self) -> bool:
        """Tell whether a process is leaving the account at this moment; looked up anew."""
        ...

    def clear(self) -> None:
        """Take the latch away; raises OSError where that fails."""
        ...
