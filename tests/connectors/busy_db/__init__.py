"""BUSY's databases and web service, read by real drivers."""
