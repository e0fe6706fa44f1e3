"""Position lifecycle workers that act by the calendar."""
