"""The running desk: its clock, its tasks, its schedules."""
