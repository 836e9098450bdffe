"""Evidence for the quality of automations: evals, calibration, autonomy."""
