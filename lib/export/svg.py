"""What an export needs to know of a drawn picture."""

import re
from typing import Final

#: Points a pixel below which the words of a picture are too small: its table is then printed as well.
LEGIBLE: Final = 0.45


def svg_size(svg: str) -> tuple[float, float]:
    """Width and height that an SVG states for itself."""
    head = svg[: svg.index(">", svg.index("<svg"))]
    sizes = dict(re.findall(r'\b(width|height)="([0-9.]+)', head))
    return float(sizes["width"]), float(sizes["height"])
