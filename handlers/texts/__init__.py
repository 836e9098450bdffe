"""What people are told, in words that any face can show."""
