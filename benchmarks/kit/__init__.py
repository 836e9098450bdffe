"""What benchmarks share: the machine, processes, databases with cases in them, and the report."""
