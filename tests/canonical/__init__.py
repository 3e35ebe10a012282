"""Tests: canonical."""
