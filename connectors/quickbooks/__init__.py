"""QuickBooks Online. Reserved: no connector here yet; ``khata`` lists it as not available.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``docs/adding-a-connector.md``.
"""
