"""Write the candles that the acceptance replay runs on: `python -m tests.data.generate`."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("btc_usd_candles.csv")

SEED = 20220105
START_MS = 1_641_340_800_000
"""2022-01-05 00:00 UTC."""
MINUTE_MS = 60_000
LEGS = ((400, 7), (250, -4), (350, 6), (600, -25), (200, 12), (500, -12), (300, 14), (400, 6))
"""Minutes, and the price's move in them in half dollars a minute: rallies, a strong fall, a recovery."""
FIRST_HALF_DOLLARS = 92_000
SPREAD_HALF_DOLLARS = 45
STEPS = 8


def lines() -> Iterator[str]:
    """Yield the header and one candle a minute; whole numbers all the way, so any machine makes the same."""
    yield "time_ms,open,high,low,close,volume"
    rng = random.Random(SEED)
    price = FIRST_HALF_DOLLARS
    time_ms = START_MS
    for minutes, drift in LEGS:
        for _ in range(minutes):
            path = [price]
            for step in range(STEPS):
                whole = drift * (step + 1) // STEPS - drift * step // STEPS
                price += whole + rng.randint(-SPREAD_HALF_DOLLARS, SPREAD_HALF_DOLLARS)
                path.append(price)
            volume = sum(rng.randint(1, 4_000) for _ in path)
            prices = (path[0], max(path), min(path), path[-1])
            yield ",".join([str(time_ms), *map(dollars, prices), f"{volume // 1_000}.{volume % 1_000:03}"])
            time_ms += MINUTE_MS


def dollars(half_dollars: int) -> str:
    """Write a number of half dollars in dollars."""
    return f"{half_dollars // 2}.{half_dollars % 2 * 5}"


def text() -> str:
    """Return the whole file."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="ascii")
    sys.stdout.write(f"{FILE.name} written\n")
