"""What is shown, as plain values: pure functions of a frame, without a widget in sight."""
