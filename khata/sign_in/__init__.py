"""Signing in to products: the tokens of connections, kept sealed in the store and renewed by one worker at a time.

May import: everything below the roof.
Start at: ``keeper.py``; ``connecting.py`` for how a person lets us in.
"""
