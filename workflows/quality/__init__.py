"""Evidence for the quality of automations: evals, calibration, autonomy.

In: examples, and a workflow with its model. Out: results that are kept, and reports. Imports the engine; `bot` may
import it.
"""
