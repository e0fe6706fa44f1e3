"""The emergency exit on the screen: its keys, its run, and what joins them to the app."""
