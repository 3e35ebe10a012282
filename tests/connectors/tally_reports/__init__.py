"""Tally's own reports as oracles."""
