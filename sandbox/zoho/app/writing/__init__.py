"""The endpoints that change something: masters, documents, money, what is applied to what.

POST is not idempotent. What is: PUT on a collection with ``X-Unique-Identifier-Key``, ``X-Unique-Identifier-Value`` and
``X-Upsert: true`` (``upsert.py``). Start at ``fields.py`` (how bodies are read).
"""
