"""From Zoho's documents to canonical records; ``translator.py`` is the door."""

from connectors.zoho.translate.translator import ZohoTranslator

__all__ = ["ZohoTranslator"]
