"""The Corporate EDE web API: its envelope, asking it (``client.py``), all rows of a branch (``pull.py``)."""
