"""Commands of proof and privacy: seals, receipts, exports, retention, charters."""
