"""Inputs that a person puts right: the case runs again with it, as a new revision.

In: values of the input's form, and a reason. Out: a revision with its run, or a refusal in words. Imported by the faces
and by what tells of a case.
"""
