"""Agent approval: an agent wants to call a tool, and a person says yes, no, or how."""
