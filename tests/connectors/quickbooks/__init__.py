"""QuickBooks: translation by its rules, the tap against the fake API, sign-in, webhooks."""
