"""Past decisions that are told with a case: an index of examples, frozen with a deployment.

In: a case's text. Out: the nearest decided cases, masked. Imports nothing of quality.
"""
