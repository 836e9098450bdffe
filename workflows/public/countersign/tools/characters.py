"""Write in one way what people write in many: digits of any script, spaces, quotes, minus signs."""

from workflows.tools.characters import plain, shown, text_of

__all__ = ["plain", "shown", "text_of"]
