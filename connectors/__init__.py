"""Sources: one folder per accounting system, and ``sdk`` with what they share.

May import: ``canonical``; a connector imports ``connectors.sdk`` and never another connector.
Start at: ``sdk/base.py`` for what a connector is, ``tally/`` for the first one.
"""
