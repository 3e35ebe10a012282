"""Indian business identifiers: one module each, with the same verbs compact, validate, is_valid."""
