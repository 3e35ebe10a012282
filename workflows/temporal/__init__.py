"""The adapter that runs the steps durably under a Temporal server.

May import: ``workflows.inputs``, ``workflows.policies``, ``canonical.errors``, temporalio; the steps are passed in.
Start at: ``definitions.py``.
"""
