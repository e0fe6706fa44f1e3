"""Entry planners: how to get in."""
