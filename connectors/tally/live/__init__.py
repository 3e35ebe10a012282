"""A running Tally as a source: everything that exists, what has changed, and what has gone.

The way of a sync: ``source`` chooses companies and asks the ``books`` of each -> masters class by class (``masters``)
-> vouchers in windows that adapt (``windows``), each counted before and checked after it is read (``counting``,
``vouchers``), or only what has changed since the ``watermark`` (``delta``) -> a census, so that what was deleted is
missed (``absence``) -> Tally's own reports, to prove the books against (``oracles``).

Nothing is taken on trust: a voucher is in the window its own date says, an answer is whole if an independent count
agrees, and nobody is told that something is gone unless two answers and the change counters agree on it.

May import: ``canonical``, ``connectors.sdk``, singer-sdk never.
Start at: ``source.py``.
"""
