"""Volume tests: past inputs go through everything but delivery, people judge a part, and a report says go or no-go.

In: a file. Out: figures. Imports rollouts and below.
"""
