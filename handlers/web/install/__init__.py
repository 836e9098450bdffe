"""The pages on which people install the app in their workspace, over OAuth.

In: a browser that has the link of an invitation, and later Slack's answer. Out: pages in HTML.
`bot/slack/installing/installer.py` does what they ask for; `bot/serve/install.py` listens.
"""
