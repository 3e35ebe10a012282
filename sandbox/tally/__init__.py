"""Tally file exports of a synthetic business, as Alt+E writes them, streamed to disk at any size.

What it is: options (release, encoding, scaffolding), renderers of masters and vouchers, and ``write``.
May import: ``canonical`` and ``sandbox.world``.
Start at: ``write.py`` for the call, ``voucher_text.py`` for what a voucher looks like.
"""

from sandbox.tally.options import Scaffolding, TallyEncoding, TallyOptions, TallyStyle
from sandbox.tally.write import WrittenFiles, write, write_companies

__all__ = [
    "Scaffolding",
    "TallyEncoding",
    "TallyOptions",
    "TallyStyle",
    "WrittenFiles",
    "write",
    "write_companies",
]
