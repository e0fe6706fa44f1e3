"""Things that draw: they know values and tones, never the desk."""
