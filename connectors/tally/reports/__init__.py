"""Tally's own reports read as oracles: what our figures are compared with, never taken in.

A report is parallel siblings in document order: a name, then its amounts, which a heading lacks; so rows are paired by
adjacency. Negative is debit. The same rows come from a saved file and from the gateway, whose answer to a named report
has neither header nor status. ``record.py`` says what a raw record of the stream ``reports`` holds, ``titles.py``
which titles are oracles of what kind; ``read.py`` turns a record into a ``SourceReport``.
"""
