"""The columns of a recorded file, and what they make it: candles or trades."""

from dataclasses import dataclass
from typing import Final

from desk.feeds.csv_cells import CellFault, shown

CANDLE_COLUMNS: Final[tuple[str, ...]] = ("time_ms", "open", "high", "low", "close", "volume")
TRADE_COLUMNS: Final[tuple[str, ...]] = ("time_ms", "price", "size", "side")

_REMEDY: Final = (
    f"name the columns of candles ({','.join(CANDLE_COLUMNS)}) or of trades ({','.join(TRADE_COLUMNS)})"
)


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """Hold where each wanted column stands; `width` counts the cells of a row, the unwanted too."""

    columns: tuple[str, ...]
    places: tuple[int, ...]
    width: int

    @property
    def is_candles(self) -> bool:
        """Whether rows are candles; else they are trades."""
        return self.columns == CANDLE_COLUMNS


def layout_of(header: str) -> CsvLayout:
    """Read a header line; raises CellFault where columns are missing, double or of both kinds."""
    names = [name.strip() for name in header.split(",")]
    for name in names:
        if names.count(name) > 1:
            raise CellFault(name, f"the column {shown(name)} is there twice", "name each column once")
    candle_gaps = [name for name in CANDLE_COLUMNS if name not in names]
    trade_gaps = [name for name in TRADE_COLUMNS if name not in names]
    if not candle_gaps and not trade_gaps:
        raise CellFault("", "the file has the columns of candles and of trades", "keep those of one kind")
    wanted, missing = CANDLE_COLUMNS, candle_gaps
    if len(trade_gaps) < len(candle_gaps):
        wanted, missing = TRADE_COLUMNS, trade_gaps
    if missing:
        verb = "columns are" if len(missing) > 1 else "column is"
        raise CellFault("", f"{len(missing)} {verb} missing: {', '.join(missing)}", _REMEDY)
    return CsvLayout(wanted, tuple(names.index(name) for name in wanted), len(names))
