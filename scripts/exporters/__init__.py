"""One module a target: each takes the tables that may leave and writes them where others read."""
