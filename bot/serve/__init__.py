"""The long-running process: server, health, schedule, signals, watchdog.

In: an application that `bot/app.py` wired. Out: worker, sender, schedule and socket in one process, until it is told to
stop.
"""
