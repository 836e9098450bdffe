"""The server: tools and the Tasks extension, over whatever carries the messages."""

from inspect import getdoc

from mcp.server.mcpserver import MCPServer

from handlers.mcp.serving import Serving
from handlers.mcp.tasks import Tasks
from handlers.mcp.tools import HANDS_IN, INSTRUCTIONS, READS, Tools

NAME = "countersign"
Server = MCPServer[dict[str, object]]


def server_of(serving: Serving, *, version: str) -> Server:
    """Return a server of cases."""
    tools = Tools(serving)
    server: Server = MCPServer(
        NAME,
        title="Countersign",
        instructions=INSTRUCTIONS,
        version=version,
        extensions=[Tasks(serving)],
        log_level="WARNING",
        subscriptions=False,
    )
    for tool in (tools.ask_approval, tools.ask_question, tools.hand_in_case, tools.answer_question):
        server.add_tool(tool, description=getdoc(tool), annotations=HANDS_IN)
    for look in (tools.list_workflows, tools.case_status):
        server.add_tool(look, description=getdoc(look), annotations=READS)
    return server
