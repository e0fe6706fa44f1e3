"""Market data in: recorded and made-up ticks, and the bars built from them."""
