"""A live trading desk for the terminal: plugins decide, the platform acts."""

__version__ = "0.1.0"
