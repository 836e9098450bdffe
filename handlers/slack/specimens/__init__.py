"""A specimen of each kind of message and view that Countersign draws, in each of its states.

`countersign doctor --blocks` asks Slack about them, and a test asks others. What is drawn comes from plain read models
in `reviews`, `operations`, `pictures` and `forms`: a new state is one more line there, a new message or modal one more
in `messages` or `views`.
"""

from collections.abc import Sequence

from handlers.slack.specimens.messages import messages
from handlers.slack.specimens.specimen import Specimen
from handlers.slack.specimens.views import views


def specimens() -> Sequence[Specimen]:
    """Return all of them, each with its plain form where it has one."""
    made = [*messages(), *views()]
    return [one for specimen in made for one in (specimen, specimen.plain) if one is not None]
