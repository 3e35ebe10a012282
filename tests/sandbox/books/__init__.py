"""Live books of the fake Tally."""
