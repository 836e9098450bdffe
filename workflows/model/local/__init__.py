"""A model in this process that learns from people's decisions and needs no key and no network.

In: examples and a question. Out: an answer whose confidence was calibrated on examples that it did not learn from, and
a note where the case is unlike the examples. Imports the model port; needs the extra `local`.
"""
