"""BUSY's web service: the program itself answers SQL over HTTP, for the company that is open on its screen.

May import: ``canonical``, ``connectors.sdk``, ``connectors.busy``.
Start at: ``source.py``; ``client.py`` asks, ``rowset.py`` reads what comes back.
"""
