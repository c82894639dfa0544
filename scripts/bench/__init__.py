"""The benchmark: a generated order history, and what is measured on it side by side."""
