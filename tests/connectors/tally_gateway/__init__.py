"""The gateway client, against a scripted server on loopback and, where it matters, the sandbox's fake Tally."""
