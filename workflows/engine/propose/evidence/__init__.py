"""Evidence for what a model proposes: its quotes, the pages that they stand on, and second readings."""
