"""What Tally's records mean: raw record in, canonical records and issues out. No disk, no clock, no network.

May import: ``canonical``, ``connectors.sdk``, msgspec.
Start at: ``translator.py``, then ``vouchers.py`` and ``postings.py``; ``values.py`` for formats, ``tags.py`` for tags.
"""

from connectors.tally.translate.translator import TallyTranslator

__all__ = ["TallyTranslator"]
