"""A sample ledger: the system of record that the automation `invoice_intake` books into.

It knows nothing of the automation, imports nothing of it, keeps its own file, and speaks HTTP only. Money goes to the
accounts that stand in its own list of suppliers, and nothing that is sent to it changes that list.
"""
