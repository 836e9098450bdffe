"""A sample ledger: the system of record that the automation `invoice_intake` books into.

It knows nothing of the automation, imports nothing of it, keeps its own file, and speaks HTTP only. Money goes to the
accounts in its own list of suppliers, and no request changes that list.
"""
