"""Shared parts of the benchmarks: the machine, processes, databases with cases in them, and the report."""
