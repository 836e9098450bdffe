"""Block Kit as Slack accepts it: anything that is not described here is refused."""
