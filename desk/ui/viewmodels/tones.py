"""What a piece of text means, so that every theme can say it in its own colours, and grey ones in words."""

from enum import StrEnum


class Tone(StrEnum):
    """Name a meaning; a theme gives it a colour as the variable `tone-NAME`."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    ALARM = "alarm"
    STALE = "stale"
    UNKNOWN = "unknown"
    LIVE = "live"
