"""Commands about what comes in: sources with their keys."""
