"""Words about documents: their pages, and files that were handed in."""
