"""Reviews: claims, decisions, undo, reruns, doubts, and the read models of cards; beside them a folder for each
further subject.

In: a person's action, with the version that they were shown. Out: a recorded decision with its consequences, or a
refusal in words. Imports `propose`, `deliver` and below; `run`, `read` and the handlers may import it.
"""
