"""Examples: inputs with their right answers, from files and from what people decided."""
