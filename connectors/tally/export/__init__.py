"""Tally's file exports (Alt+E): bytes of a day book or a list of masters -> objects on a temporary spool.

The way of a file: ``container`` (file or zip member) -> ``encoding`` (UTF-8 chunks) -> ``sanitiser`` (well-formed
text) -> ``document`` (objects as JSON trees) -> ``record`` (columns and keys) -> ``spool`` (disk). ``reader`` joins
them; ``company`` says whose books they are; ``refusal`` holds every sentence a person reads when a file cannot be used.

May import: ``canonical``, ``connectors.sdk``, lxml.
Start at: ``reader.py``.
"""
