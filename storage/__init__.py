"""Memory: the only package that speaks SQL for our own database.

May import: ``canonical``.
Start at: ``store.py``.
"""
