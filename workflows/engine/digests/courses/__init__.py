"""Courses: once a week leads are asked of each workflow whether it is to expand, hold or stop.

In: the figures of a week, and of the four before. Out: evidence as codes with numbers, and what leads chose. Nothing is
recommended, and nothing follows by itself.
"""
