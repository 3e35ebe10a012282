"""Tests: connectors."""
