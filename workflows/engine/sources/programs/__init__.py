"""Programs that hand in cases: what was chosen for them, their keys, and what they hand in, each once."""
