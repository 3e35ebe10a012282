"""Marg's data in database tables, through ODBC. No public source shows Marg's own schema: names are assumed."""
