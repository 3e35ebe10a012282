"""Writing to Tally: off unless an operator allows it, one object at a time, shown before, read back after.

The way of a command: ``command`` (what is wanted, in canonical values) -> ``policy`` (is it allowed here) -> ``target``
(what Tally has now) -> ``checks`` (what speaks against it) -> ``plan`` (the change, field by field, and the XML that
would be sent) -> ``writer`` (sends it, judges Tally's counters, reads back) -> ``audit`` (what was meant, sent, said
and found, kept for good).

A COMPANY object is never sent: creating one renames the company that is open. Vouchers are created with an identity of
ours (REMOTEID), so that a repeated command changes the voucher instead of making a second one; altering vouchers is
not offered, because Tally makes a duplicate of it.

May import: ``canonical``, ``connectors.sdk``.
Start at: ``writer.py``.
"""
