"""The expression language of TDL: what stands in SET, COMPUTE, FILTERS and BY of a request.

What it is: ``lexer`` (text to tokens), ``syntax`` (tokens to a tree), ``compiler`` (tree to Python closures, compiled
once per request), ``scope`` (what ``$Method`` means for one object and those around it), ``values`` (Tally's idea of
equality, order, numbers and text), and the ``$$`` functions by noun.
May import: ``canonical``, ``sandbox.tally.books``.
Start at: ``compiler.py``.
"""
