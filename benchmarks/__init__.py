"""Speed and quality, measured. Figures are written to RESULTS.md with the machine and the versions that gave them."""
