"""Position lifecycle workers that take risk off."""
