"""The languages whose words for months, weekdays and currencies are known."""

_CODES = (
    "en de fr es it nl pl pt ca sv nb da fi et lv lt cs sk hu ro bg hr sl sr el tr ru uk "
    "ar fa he hi th vi id ms ja zh ko"
)
LANGUAGES = tuple(_CODES.split())
"""Their ISO 639 codes."""
