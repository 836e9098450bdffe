"""Documents: files that belong to an input, kept once by their hash, and read in a process of their own.

In come bytes that nobody has looked at; out go a `Document` (pages of text, and the data of an e-invoice), the places
of its words, and pictures of its pages. Nothing here knows a case, a row or a face. The engine and the model room
import it; it imports neither.
"""
