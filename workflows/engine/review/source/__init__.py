"""Questions to the source of a case: they are asked, sent, answered, or expire.

In: a person's question, and the answer. Out: a case that waits, and then a new run that heard the answer. Imported
by the faces and `run`.
"""
