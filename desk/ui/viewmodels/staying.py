"""What stays live at the venue when a desk is stopped, in words."""

from desk.contracts.snapshot import Snapshot


def staying(snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return one line for each kind of thing that stays."""
    if snapshot is None:
        return ("what is open at the venue is not known: the desk has not answered yet",)
    positions = len(snapshot.positions)
    naked = sum(1 for one in snapshot.positions if one.naked_ms > 0)
    stops = sum(1 for one in snapshot.orders if one.is_protective)
    entries = len(snapshot.orders) - stops
    venue = f"{snapshot.health.connector_name} ({snapshot.mode.value})"
    lines = [f"{_count(positions, 'position')} and {_count(stops, 'stop')} stay at {venue}"]
    if entries:
        lines.append(f"{_count(entries, 'other order')} stay there too and may fill")
    if naked:
        lines.append(
            f"{_count(naked, 'position')} WITHOUT A STOP: nobody places one while the desk is stopped"
        )
    return tuple(lines)


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
