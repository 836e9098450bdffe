"""Queries of documents: what is kept, which cases hold it, who handed it in, and where it was shown."""
