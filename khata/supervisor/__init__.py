"""The process supervisor behind ``khata up``: starts the hub's processes, restarts what dies, leaves none behind.

May import: the standard library, ``workflows.temporal`` names for the hub's own children, ``canonical.errors``.
Start at: ``hub.py`` for what ``khata up`` starts, ``supervise.py`` for how.
"""
