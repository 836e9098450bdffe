"""A year of stored cases, and the reads that are measured on it."""
