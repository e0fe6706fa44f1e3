"""Workers that see chances."""
