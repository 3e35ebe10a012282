"""Tests of the fake Zoho Books."""
