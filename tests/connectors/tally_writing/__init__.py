"""Writing to Tally, against the sandbox's fake Tally and its traps."""
