"""The evidence of an epoch, and what it permits. Pure: no database, no clock."""
