"""The roof: what people and programs touch. Settings, wiring, command line, API.

May import: everything below.
Start at: ``wiring.py``, then ``cli/``.
"""
