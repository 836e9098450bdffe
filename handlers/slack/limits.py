"""Slack's limits, all in this one module. The renderers keep to them, and the sandbox refuses what does not.

Lengths are characters, as Slack counts them. Source: Slack's public documentation, November 2026; limits marked
"observed" are not written there.
"""

# A message
MESSAGE_TEXT = 40_000
MESSAGE_BLOCKS = 50
MESSAGE_BLOCKS_JSON = 13_200
"""All blocks of a message together, as JSON; observed (`msg_blocks_too_long`)."""
COUNTED_APART = frozenset({"table", "data_table", "data_visualization"})
"""Types of blocks that are not counted in that, since each has a larger limit of its own; observed."""
MESSAGE_BLOCKS_BUDGET = 12_000
"""Part of that which we use."""
MESSAGE_TABLES = 1
MESSAGE_CHARTS = 2
METADATA_JSON = 8_000

# A modal, and the Home tab
VIEW_BLOCKS = 100
VIEW_JSON = 250_000
"""Bytes."""
VIEW_STACK = 3
VIEW_TITLE = 24
"""Also for its submit and close."""
PRIVATE_METADATA = 3_000

# Ids
ID = 255
"""For action_id, block_id and callback_id."""

# Blocks
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
SECTION_FIELD = 2_000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
IMAGE_URL = 3_000
IMAGE_ALT_TEXT = 2_000
IMAGE_TITLE = 2_000
MARKDOWN_TEXT = 12_000
"""In all markdown blocks of a message together."""
ALERT_TEXT = 200
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_TEXT = 10_000
"""In all cells of a table together."""
DATA_TABLE_LEAST_ROWS = 2
DATA_TABLE_ROWS = 201
"""Including the row of headers."""
DATA_TABLE_COLUMNS = 20
DATA_TABLE_TEXT = 20_000
"""In all cells of a data_table together, and in those of all data_tables of a message."""
DATA_TABLE_PAGE = 100
CHART_TITLE = 50
"""Also for the labels of its axes."""
CHART_SERIES = 12
"""Also for the segments of a pie."""
CHART_POINTS = 20
CHART_LABEL = 20
CONTAINER_CHILDREN = 10
CONTAINER_TITLE = 150
"""Also for its subtitle."""
CARD_TITLE = 150
"""Also for its subtitle."""
CARD_BODY = 200
"""Also for its subtext."""
CARD_BUTTONS = 3
CAROUSEL_CARDS = 10
PLAN_TASKS = 50
CONTEXT_ACTIONS_ELEMENTS = 5
ICON_BUTTON_VIEWERS = 10
INPUT_LABEL = 2_000
INPUT_HINT = 2_000

# Elements
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTON_URL = 3_000
ACCESSIBILITY_LABEL = 75
PLACEHOLDER = 150
TEXT_INPUT = 3_000
OPTIONS = 100
OPTION_GROUPS = 100
OPTION_GROUP_LABEL = 75
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTION_DESCRIPTION = 75
OVERFLOW_OPTIONS = 5
RADIO_OPTIONS = 10
CHECKBOXES = 10
FILE_INPUT_FILES = 10
FILE_INPUT_SIZE = 10_000_000
"""Bytes of each file in a file input."""

# Files
FILE_ALT_TEXT = 1_000
SNIPPET_SIZE = 1_000_000
"""Bytes."""

# The dialog that confirms a press
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30

# Time
TRIGGER_SECONDS = 3.0
"""Seconds for which a trigger_id can be used, once."""
ACK_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5
POST_SECONDS = 1.0
"""Average time between two messages in a channel."""
UPDATES_A_MINUTE = 50
"""Calls of chat.update in a workspace."""
CALLS_A_MINUTE = 100
"""Calls each of chat.postEphemeral and views.* in a workspace."""
SOCKETS = 10
"""Connections of one app at once."""
