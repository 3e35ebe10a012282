"""Figures computed by the database: control totals, trial balance, ageing, trace."""
