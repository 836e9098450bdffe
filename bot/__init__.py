"""The processes: the command line, the settings, the wiring, the loops."""
