"""The HTTP interface: the books of one tenant per key, as JSON.

Thin on purpose: a route reads its parameters, asks ``khata.reading``, builds the same report value the command line
prints, and sends it as JSON. HTTP status codes exist in ``errors.py`` and nowhere else.
May import: everything below the roof, ``khata.reading``, ``khata.rendering``; nothing of ``khata.cli``.
Start at: ``app.py``.
"""
