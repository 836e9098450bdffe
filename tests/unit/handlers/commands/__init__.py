"""Commands that only tests know, each in a file as those of `handlers.slack.commands`."""
