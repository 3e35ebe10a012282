"""Generated pages of docs/, so that what is documented is what is there: ``python -m khata.docs``."""
