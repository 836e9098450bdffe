"""The business numbers of a week: their definitions, their figures, and the baseline that they are held against."""
