"""The proof of a company's books: our figures against what the source itself says.

``company.py`` puts a proof together from the store; every comparison is a pure function over values and lives in the
module of its noun: ``balances`` (trial balance, ledger masters), ``statements`` (profit and loss, balance sheet),
``bills``, ``on_account``, ``counts``. ``chart.py`` and ``period.py`` hold our side: the account tree, and balances the
way the source states them. ``freshness.py`` says which of the source's figures may accuse ours.

Two rules hold throughout. What only the source can know (the value of closing stock) is taken as it declares it, said
so, and everything around it proved. And a report can be unable to serve: then the proof says why, and is silent on
what it cannot compare.
"""
