"""Reading of files: what they are, their text with the places of its words, and the data that they carry."""
