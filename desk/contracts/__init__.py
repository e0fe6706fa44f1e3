"""The vocabulary of the desk: every word the layers share, and the ports they meet at."""
