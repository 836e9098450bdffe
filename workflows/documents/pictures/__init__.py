"""Pictures of pages, with what was read from them marked."""
