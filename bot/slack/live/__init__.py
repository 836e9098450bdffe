"""`doctor --live`: leads a person through a real workspace, and looks at what Slack sends back.

In: a workspace, a channel, and a screen to say things on. Out: a line for each step, without anybody's name, id or
words. Nothing here reads or writes a case. `steps` are the steps as data, `trial` is what each of them acts through.
"""
