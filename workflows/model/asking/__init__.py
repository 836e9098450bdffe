"""A question as it is sent: its words, its files, its attempts, and the requests that a provider calls invalid."""
