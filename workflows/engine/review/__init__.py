"""A person's turn: reviews and claims, decisions, corrections, reruns, doubts, and what a card shows.

In: what a person does, with the version that they were shown. Out: a recorded decision and what follows from it, or a
refusal in words. Imports `propose`, `deliver` and below; `run`, `read` and the handlers may import it.
"""
