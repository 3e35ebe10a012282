"""Tests: khata."""
