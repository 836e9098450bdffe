"""One folder for each vendor of models, behind the port. The gateway alone calls them.

In: one request. Out: one reply or one outcome, the vendor's errors translated. A new vendor is a folder here.
"""
