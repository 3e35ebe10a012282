"""Databases over ODBC: a driver in a process that can be killed, limits that hold, sessions kept for the next question.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``session.py`` (one connection), then ``pool.py``; ``child.py`` is the process that holds the driver,
``addressing.py`` writes connection texts of servers.
"""
