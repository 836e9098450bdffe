"""Judges automations by evidence: evals, calibration, autonomy."""
