"""A small world with known truth: one synthetic Indian trading business and the files its systems would write.

May import: ``canonical``. Only tests, bench and the demo command import it.
Start at: ``world.py``.
"""
