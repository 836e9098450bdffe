"""Read whole dates as people write them."""

from workflows.tools.dates import LONGEST_DATE, LONGEST_TEXT, Dated, date_of, dates_at, dates_in

__all__ = ["LONGEST_DATE", "LONGEST_TEXT", "Dated", "date_of", "dates_at", "dates_in"]
