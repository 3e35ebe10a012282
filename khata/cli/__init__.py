"""The command line: one module per command group, each thin.

A command reads its options, asks the floors below, builds a report value with ``khata.rendering`` and hands it to the
chosen format. Heavy packages are imported inside the commands, so ``khata --help`` answers at once.
May import: everything below the roof, and ``khata.rendering``; only ``demo.py`` and ``sandbox.py`` import the sandbox.
Start at: ``app.py``.
"""
