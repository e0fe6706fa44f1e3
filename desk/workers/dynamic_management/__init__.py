"""Position lifecycle workers that move the exits of open trades."""
