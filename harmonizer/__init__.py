"""Many sources, one truth: matching of parties across companies, with a crosswalk that can be undone.

May import: ``canonical``.
Start at: ``party_matching.py``.
"""
