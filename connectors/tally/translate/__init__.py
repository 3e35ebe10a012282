"""What Tally's objects mean: pure translation of raw records into canonical ones.

``translator.py`` routes by stream; ``vouchers.py`` holds the posting rule everything else depends on; ``values.py``
reads Tally's value
formats. Signs end here: Tally writes a debit as a negative amount, and that is the only sign that counts (its own
debit/credit flag disagrees in real books and is kept as evidence).
"""

from connectors.tally.translate.translator import TallyTranslator

__all__ = ["TallyTranslator"]
