"""The long-running process: server, health, schedule, signals, watchdog.

In: an application that was wired by `bot/app.py`. Out: worker, sender, schedule and socket in one process, until it is
told to stop.
"""
