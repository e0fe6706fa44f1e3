"""How patient the streams are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Set when a stream is doubted, and how it is brought back; all times in milliseconds.

    A private stream is quiet by nature: every `account_check_ms` a read tells whether it withheld anything
    for longer than `grace_ms`. A public one that is silent for `quote_silence_ms` or `trade_silence_ms` on
    a symbol, data older than `late_ms` not counted, is compared with a read too. `overlap_ms` is how far
    every catch-up reads back behind what is known: more than the venue's clock is off and its reads lag.
    `settle_ms` is how long after a connect the venue may take to begin telling; `hold_ms` how long prices
    may wait for the trades that were missed.

    `trades_kept` are the newest trades of each symbol, at most, that may wait to be told; what falls out
    unread is read again. `orders_kept` are those of the account, told in their newest state: more than one
    message can change.
    """

    keep_alive_ms: int = 5_000
    look_every_ms: int = 250
    account_check_ms: int = 30_000
    grace_ms: int = 2_000
    overlap_ms: int = 60_000
    settle_ms: int = 1_500
    hold_ms: int = 4_000
    quote_silence_ms: int = 15_000
    trade_silence_ms: int = 60_000
    late_ms: int = 10_000
    answer_ms: int = 10_000
    first_pause_ms: int = 100
    longest_pause_ms: int = 10_000
    steady_ms: int = 30_000
    rewatch_ms: int = 50
    symbols_per_watch: int = 10
    trades_kept: int = 1_000
    orders_kept: int = 1_000
