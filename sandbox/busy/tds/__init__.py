"""A small SQL Server: enough of TDS 7.4 for real drivers to sign in and read the sandbox's tables.

May import: ``canonical``, ``sandbox``.
Start at: ``server.py``. Written from the published protocol; real FreeTDS through pyodbc reads it.
"""
