"""Tell which currency a code, a sign or a name stands for."""

from workflows.tools.currencies import codes, currencies_of, currency_of, fraction_digits, signs

__all__ = ["codes", "currencies_of", "currency_of", "fraction_digits", "signs"]
