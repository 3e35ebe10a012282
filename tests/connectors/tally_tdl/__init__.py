"""Tests: events from Tally."""
