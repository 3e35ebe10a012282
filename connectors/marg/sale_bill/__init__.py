"""Marg's sale bill, the file a supplier sends with its goods ("MARG to MARG"): reading it, field by field as text."""
