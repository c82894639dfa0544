"""The benchmark: a generated order history, what is measured on it, and two hand-written programs beside the marts."""
