"""Tests: a running Tally, read by the real tap into the real store, again and again while people work in it."""
