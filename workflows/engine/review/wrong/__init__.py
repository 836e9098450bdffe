"""Reports of anybody that something was wrong, and corrections of what was delivered.

In: what somebody says, or the right values. Out: a review of what was delivered, and a correction as its outcome.
Imported by the faces and `read`.
"""
