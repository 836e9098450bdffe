"""The weekly quality review: what people looked at, changed and refused of what was proposed or went alone."""
