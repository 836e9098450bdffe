"""Forms: opening one, its rows and suggestions, and what is sent with it."""
