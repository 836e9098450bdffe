"""The page of the sandbox in a real browser, against the real program."""
