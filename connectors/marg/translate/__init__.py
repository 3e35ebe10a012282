"""From Marg's rows and bills to canonical records: pure, given what a translator has learned."""
