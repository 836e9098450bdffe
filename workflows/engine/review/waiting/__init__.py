"""Reminders, deadlines and escalations: acts of the clock while nobody decides.

In: the clock. Out: news for people, a review that goes to others, or a lapse, each of them once whichever process looks
first. Imported by `run`, which looks, and by what draws in `review`.
"""
