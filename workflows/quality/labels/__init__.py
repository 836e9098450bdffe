"""Labels: what each decision of a person says about a proposal, with its provenance.

In: decisions and spot checks. Out: one label for each that says something. Imported by all that learns from people.
"""
