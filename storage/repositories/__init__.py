"""Repositories: one per noun, each bound to one tenant.

They take and return canonical values and small frozen records of their own; ids are plain integers. Each statement
names the tenant, and on PostgreSQL the database checks it again.
"""
