"""Measure the hot paths: ratios taken in one run, never a timed assertion."""
