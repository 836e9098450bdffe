"""Questions in batches: at half the price, answered within a day, in no order."""
