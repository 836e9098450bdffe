"""Examples of a workflow: what the local model learns from, what is left out, and sample answers."""
