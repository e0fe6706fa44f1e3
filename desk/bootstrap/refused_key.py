"""A key that the venue does not take, as a fault of the platform file: to ask again with it helps nobody."""

from desk.config.platform_file import PlatformFile
from desk.contracts.problems import InputRefused, KeyRefused


def refused_key(file: PlatformFile, refused: KeyRefused) -> InputRefused:
    """Point at the key in the file, with what to check."""
    account = file.platform.connector.ccxt
    mode = "" if account is None else f" of mode {account.mode}"
    path = ("connector", "ccxt", "api_key")
    remedy = f"check api_key and secret, and that they are a key{mode}"
    return InputRefused(file.document.problem(path, str(refused), remedy))
