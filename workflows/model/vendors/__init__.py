"""One folder for each vendor of models, behind the port. The gateway alone calls them.

In: one request. Out: one reply or one outcome, the vendor's errors translated. A new vendor is a folder here: its
`declaration` names its settings, its prices, how it is asked and how `doctor` checks it. `registry` finds it by the
folder's name, and `COUNTERSIGN_MODEL` takes that name.
"""
