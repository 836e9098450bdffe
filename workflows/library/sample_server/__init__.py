"""The common part of the sample systems of record: a small HTTP server over one SQLite file.

They stand for the products that a company already has. So this room knows no automation and imports nothing of
Countersign.
"""
