"""Tests: connectors.marg."""
