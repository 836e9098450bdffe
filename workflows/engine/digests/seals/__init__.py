"""The head of the sealed audit, posted each day where an outsider sees it."""
