"""Tests: connectors.tally."""
