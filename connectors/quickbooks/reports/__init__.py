"""QuickBooks' own reports, as oracles: what is asked for (``asking.py``) and how an answer is read (``read.py``)."""
