"""Measurements of speed and quality. Figures are written to RESULTS.md with their machine and versions."""
