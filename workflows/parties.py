"""Harmonize a tenant's parties: read them, match them across companies, store the crosswalk."""
