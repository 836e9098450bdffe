"""The daily failure summary: its figures, and what of them needs somebody."""
