"""Exit planners: where to leave."""
