"""A soak: the real program with everything switched on for hours, and what it uses meanwhile."""
