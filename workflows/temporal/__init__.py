"""The adapter that runs the steps durably under a Temporal server.

May import: ``workflows``, temporalio.
Start at: ``definitions.py``.
"""
