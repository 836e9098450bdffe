"""Installing the app in several workspaces: OAuth, and the tokens that come of it.

In: an invitation and Slack's code, or a bot's token. Out: an installation, with its token encrypted, and the token of a
workspace for whoever serves it.
"""
