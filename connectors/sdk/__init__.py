"""What every connector shares: its contract, in-process runs of a tap, readers, bookmarks, the registry.

May import: ``canonical``, singer-sdk.
Start at: ``base.py``.
"""
