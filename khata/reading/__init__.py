"""Reading the books: the questions that the command line and the API both ask, answered once.

Functions over a tenant's store that return canonical values and receivables reports; nothing here knows how an answer
is shown or sent.
May import: everything below the roof.
Start at: ``company.py``, ``receivable.py``, ``trace.py``.
"""
