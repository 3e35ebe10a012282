"""Tests: connectors.sdk."""
