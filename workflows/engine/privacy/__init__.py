"""Privacy: how long content is kept, its removal when somebody asks for it, and legal holds.

In: a case, or words by which a person is found. Out: content that is gone from each place that we reach, and the names
of those that we do not reach. Imported by no other room of the engine.
"""
