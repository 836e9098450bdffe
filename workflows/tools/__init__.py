"""Reads what the world writes: amounts, dates, currencies; and speaks with it by HTTP, with care."""
