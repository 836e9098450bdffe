"""The proposal of a run: the question to the model and its answer, evidence, checks, and the policy.

In: a case's input and the workflow's rules. Out: a proposal, the facts about it, and the next way of the case: alone,
a person, or not at all. Imports `case` and below, and the port of the model room.
"""
