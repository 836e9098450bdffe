"""The doctor: checks of the set-up, each with what was found and what to do.

In: an application that `bot/app.py` wired, or its settings alone. Out: findings, which the command line and Slack show.
`checks.py` puts them in order; each other file looks at one part.
"""
