"""Tests: Tally over ODBC."""
