"""Workers that rate the market: its strengths and weaknesses."""
