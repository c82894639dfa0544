from pathlib import Path


def generate(folder: Path, size: float = 1.0, seed: int = 1) -> None:
    raise NotImplementedError
