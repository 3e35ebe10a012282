"""Files that people hand over or drop into a folder: whose they are, and what becomes of them.

May import: everything below the roof.
Start at: ``choosing.py`` (whose file is it), ``intake.py`` (files of a watched folder, each once).
"""
