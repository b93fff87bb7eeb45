"""Texts: the carrier's webhooks for replies and receipts."""
