"""Files of inputs: their columns, their rows, and taking them in row by row."""
