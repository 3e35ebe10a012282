"""The keys of every kind of reply, as data: what a client finds in a row or a detail when nothing is to say of it.

Declared tables, longer than a page on purpose. What is to say of a record, the modules of ``sandbox.zoho.app`` put in.
"""
