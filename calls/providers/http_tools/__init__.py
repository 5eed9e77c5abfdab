from calls.providers.http_tools.connections import ToolSessions
from calls.providers.http_tools.running import ToolOutcome, run_http_tool

__all__ = ["ToolOutcome", "ToolSessions", "run_http_tool"]
