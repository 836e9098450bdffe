"""The form of a review: its entries and what they mean, drafts of it, and what the checks say of what was typed.

In: the output's model, and text that people typed. Out: values that fit, or an error for each field. Imported by what
decides in `review`, and by the faces.
"""
