"""Spans of time in words."""

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def written_duration(duration_ms: int) -> str:
    """Return a span in the greatest unit that it is a multiple of: 4 h, 90 min, 45 s, 250 ms."""
    for unit_ms, name in _UNITS:
        if duration_ms and duration_ms % unit_ms == 0:
            return f"{duration_ms // unit_ms} {name}"
    return f"{duration_ms} ms"
