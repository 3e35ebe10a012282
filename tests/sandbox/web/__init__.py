"""Tests of what every fake web API stands on."""
