"""Tools for steps and rules: read what people write, and speak with other systems with care."""
