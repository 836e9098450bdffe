"""Documents of cases: kept when they arrive, known by the cases that hold them, and gone with the last of these."""
