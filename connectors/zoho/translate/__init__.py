"""From Zoho's documents to canonical records; ``translator.py`` is the door."""
