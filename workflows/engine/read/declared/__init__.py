"""Declarations as people read them: charters, changes of terms, and data maps."""
