"""Writing to a source: off unless an operator allows it, one object at a time, shown before, read back after.

What every product's writing shares. The way of a command: what is wanted -> ``policy`` (is it allowed here) -> a plan
(what the product has now, what speaks against it, the change field by field; ``plan``) -> ``procedure`` (notes the
intention, lets the product's own writer send and read back, notes what became of it; ``audit``). ``drafts`` and
``command`` are the words of products that are written to over an API of theirs, and ``api_writer`` how they are written
to; Tally has its own.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``procedure.py``.
"""
