"""Proofs against an independent oracle: the truth the sandbox adds up for itself."""
