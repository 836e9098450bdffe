"""The promise of earned autonomy, simulated on real scores."""
