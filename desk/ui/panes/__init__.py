"""The parts of the screen, one file each: a title, a view model, a widget that draws it."""
