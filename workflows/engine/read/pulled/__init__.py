"""A case as a test has it: `pulled_cases` reads it, `masking` takes out what the test may not hold.

`bot/cli/screens/pulled_test.py` writes the test.
"""
