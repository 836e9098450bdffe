"""Autonomy that is earned: what people's labels permit to go alone, and when it is taken back. Pure, without I/O."""
