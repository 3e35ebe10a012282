"""Benchmarks: every figure is a ratio to a physical limit or a peer measured in the same run.

May import: everything.
Start at: ``__main__.py``.
"""
