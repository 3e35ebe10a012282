"""Tests: connectors.tally.live."""
