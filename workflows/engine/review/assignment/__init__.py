"""Assignment: who is to decide a review, who is away, and who takes what is theirs meanwhile.

In: a review or a person, and how it is found out who may decide. Out: an assignee, which bars nobody from deciding.
Imported by what draws and reminds in `review`, and by the faces. It gives no right to anybody.
"""
