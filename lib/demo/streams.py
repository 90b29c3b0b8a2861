"""Independent random streams of one seed: a change in one part of the demo leaves the other parts as they were."""

from zlib import crc32

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of the stream ``names`` under ``seed`` (the same on every machine and engine)."""
    words = [crc32(str(name).encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def pick(generator: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Draw ``size`` indexes with probabilities proportional to ``weights``."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(edges, generator.random(size) * edges[-1], side="right").astype(np.int32)


def pick_by_row(generator: np.random.Generator, edges: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Draw one index per row; ``edges`` (kinds, choices) are cumulative weights and ``rows`` names the kind."""
    scaled = generator.random(len(rows)) * edges[rows, -1]
    return np.argmax(edges[rows] > scaled[:, None], axis=1).astype(np.int32)
