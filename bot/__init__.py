"""Runs and sends: the command line, the settings, the wiring, the loops."""
