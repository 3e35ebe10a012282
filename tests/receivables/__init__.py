"""Tests: receivables."""
