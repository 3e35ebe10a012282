"""The fake QuickBooks: its books, its language and its API, against official schemas and recorded calls."""
