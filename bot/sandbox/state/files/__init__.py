"""Files of the local Slack: those that are kept, who sees them, and those that are chosen in forms."""
