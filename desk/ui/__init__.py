"""The terminal: it shows snapshots and sends commands, and knows nothing else of the desk."""
