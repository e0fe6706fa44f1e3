"""How well the desk is reached, as one word that never hides how old the picture is."""

from desk.ui.viewmodels.tones import Tone

_SLOW_MS = 1_000
_STALE_MS = 3_000
_MS_PER_S = 1_000
_S_PER_MINUTE = 60
_MINUTES_PER_HOUR = 60


def connection_word(unheard_ms: int, unreachable: str) -> tuple[str, Tone]:
    """Return OK, SLOW, STALE, RECONNECTING or DOWN, the last two where asking fails, and its tone."""
    if unreachable:
        if unheard_ms < _STALE_MS:
            return "RECONNECTING", Tone.WARN
        return f"DOWN {running_clock(unheard_ms)}", Tone.ALARM
    if unheard_ms < _SLOW_MS:
        return "OK", Tone.DIM
    if unheard_ms < _STALE_MS:
        return "SLOW", Tone.WARN
    return f"STALE {running_clock(unheard_ms)}", Tone.WARN


def running_clock(duration_ms: int) -> str:
    """Write a duration as minutes and seconds, with hours where there are any: 00:42, 1:07:09."""
    minutes, seconds = divmod(max(0, duration_ms) // _MS_PER_S, _S_PER_MINUTE)
    hours, minutes = divmod(minutes, _MINUTES_PER_HOUR)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
