"""`countersign init`: from nothing to the first card, question by question.

Each answer is tried at once (the folder is written to, the database opened, Slack and the vendor asked), so that a
mistake is told beside the question that it belongs to. What was answered is in the file of settings from then on: run
again, it goes on where it was left, and changes nothing that is there.
"""
