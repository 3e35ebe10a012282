"""Tally, live: the XML gateway that TallyPrime and ERP 9 open on a port of the computer they run on.

The way of a question: ``requests`` builds it from closed lists (``allowed``, ``formula``, ``envelope``) -> ``client``
waits its turn (``lock``) and sends it (``transport``) -> the answer lies on disk (``answer``), is judged before anyone
reads it (``shape``), and is read in constant memory. ``refusal`` holds every sentence a person reads when Tally does
not answer as hoped; ``diagnose`` turns them into a state with a remedy. ``companies`` says what is open in Tally,
``calibrate`` measures how this Tally behaves and ``profile`` remembers it.

Nothing here writes to Tally; that is ``connectors.tally.writing``.

May import: ``canonical``, ``connectors.sdk``, lxml.
Start at: ``client.py``.
"""
