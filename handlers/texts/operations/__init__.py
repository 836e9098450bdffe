"""Texts about keeping it running: failures and their causes, reruns, pauses, other systems, and the set-up."""
