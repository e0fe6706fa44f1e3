"""Pure arithmetic over bars that workers and planners share."""
