"""A fake QuickBooks Online: live books of invented companies behind the accounting API, version 3.

What it is: books that post, settle and remember (``company.py``, ``writing.py``), their truth (``truth.py``), what
happens in them (``business.py``), and the API over HTTP: sign-in (``oauth.py``), queries (``language.py``,
``selection.py``), changes, batches, reports, limits and webhooks.
May import: ``canonical``, ``sandbox.world``, ``sandbox.web``.
Start at: ``building.py`` (``build_books``) for the books, ``app.py`` (``QuickBooksApp``) for the API.
"""
