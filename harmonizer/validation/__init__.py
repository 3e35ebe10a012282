"""GST validation of what comes in: issues about vouchers and masters, by dated rules.

May import: ``canonical``.
Start at: ``validator.py``, then ``rules.toml`` for the law.
"""

from harmonizer.validation.rules import Rules, load_rules
from harmonizer.validation.validator import NOTHING, NOTHING_CHANGED, Validated, Validator

__all__ = ["NOTHING", "NOTHING_CHANGED", "Rules", "Validated", "Validator", "load_rules"]
