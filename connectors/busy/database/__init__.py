"""BUSY's databases: one per financial year, in Access files (.bds) or on a server, with the same tables in both.

May import: ``canonical``, ``connectors.sdk``, ``connectors.busy``.
Start at: ``source.py`` (what is handed over), then ``year.py`` (one database) and ``joined.py`` (several of them).
"""
