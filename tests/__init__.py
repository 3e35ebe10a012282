"""Tests mirror the packages; plus ``architecture``, ``conformance``, ``golden`` and ``end_to_end``.

May import: everything.
Start at: ``README`` of the project, section on tests.
"""
