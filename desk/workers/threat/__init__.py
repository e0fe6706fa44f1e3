"""Workers that see dangers."""
