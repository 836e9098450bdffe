"""Cases that are alike: their groups, the grid that shows them, and the press that approves many, each by itself.

In: a review whose workflow says what it is like. Out: read models, and one decision for each row. Imported by the faces
and `read`.
"""
