"""The sandbox's business as BUSY would keep it: company databases, what serves them, and exported files.

May import: ``canonical``, ``sandbox``.
Start at: ``README.md``; ``tables.py`` for the databases.
"""
