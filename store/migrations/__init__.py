"""How the tables came to be as they are. A revision that has landed is never edited."""
