"""Block Kit as Slack takes it: what is not described here is refused."""
