"""The platform acts: one orchestrator, one gate, one way to the venue, one end to every flow."""
