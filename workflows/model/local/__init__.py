"""A model in this process, taught with what people decided: needs no key and no network.

In: examples and a question. Out: an answer whose confidence was calibrated on examples it did not learn from, and
whether the case is unlike them. Imports the model port; needs the extra `local`.
"""
