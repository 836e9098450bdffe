"""Places: where on a page a passage stands, and which part of it states a value."""
