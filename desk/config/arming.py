"""What is typed to let a desk trade real money: nobody types that by mistake."""

from desk.config.platform import Platform


def arming_phrase(platform: Platform) -> str | None:
    """Return the words that arm this desk: which exchange, and for how much; None where nothing is live."""
    account = platform.connector.ccxt
    if platform.connector.name != "ccxt" or account is None or account.mode != "live":
        return None
    largest = f"{platform.risk.max_order_notional:f} {platform.desk.account_currency}"
    return f"live {account.exchange} {account.market} {platform.desk.id} {largest}"


def is_armed(platform: Platform, words: str | None) -> bool:
    """Tell whether these words let this very desk trade real money."""
    phrase = arming_phrase(platform)
    return phrase is not None and words == phrase
