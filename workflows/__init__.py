"""The order of work: steps as plain functions, a local runner, and ``temporal`` that makes them durable.

May import: everything below ``khata``.
Start at: ``steps.py``.
"""
