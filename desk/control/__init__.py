"""How a screen or a command reaches a desk: through the client port, and nothing else."""
