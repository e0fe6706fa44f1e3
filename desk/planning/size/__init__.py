"""Size planners: how much to hold."""
