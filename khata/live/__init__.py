"""Sources that are running: connecting them, asking how they are, watching them for changes.

Start at: ``connecting.py``, ``watching.py``.
"""
