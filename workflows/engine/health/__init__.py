"""The health of the other systems that automations need: models, targets of deliveries, systems that steps call, Slack.

In: what calls came to, as the meter and the requests to models keep it. Out: a state for each, a message when it
changes, and a warning before what lets us use one ends. Imports `deliver | propose | send` and what is below; `review`
and all rooms above it may import it.
"""
