"""Alembic's scripts: how the schema came to be, step by step, each with its way back.

Run by ``storage.migrate``; a new script is made with the tables in ``storage/tables`` as its target, and
``tests/storage/test_migrations.py`` holds the two together on both databases. A new table of a tenant calls
``security.protect``.
"""
