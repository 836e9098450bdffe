"""What the sample systems of record have in common: a small HTTP server over one SQLite file.

They stand in for the products that a company already has. So this knows nothing of any automation and imports nothing
of Countersign.
"""
