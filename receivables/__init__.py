"""Open money: pure functions over canonical values and (as_of, known_at).

May import: ``canonical``.
Start at: ``open_items.py``, then ``ageing.py``.
"""
