"""Messages to a face: what goes to a channel next, and what is noted of it afterwards. Knows no face's looks or errors.

In: rows of the outbox, and what a face said to a message. Out: intents to draw and send, and the next state of their
rows. Imports `case` and below; `deliver`, `propose` and `send` do not import each other. The senders, and whatever
reads an intent, may import it.
"""
