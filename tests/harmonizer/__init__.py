"""Tests: harmonizer."""
