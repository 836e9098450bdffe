"""The connection to Slack: the socket that hears, the sender that posts, message sync.

In: intents from the outbox, events from Bolt. Out: messages in channels, as the rows say. Nothing else posts to
channels. `bot/serve` and the commands that post start it.
"""
