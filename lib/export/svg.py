"""What an export needs to know of a drawn picture."""

import re


def svg_size(svg: str) -> tuple[float, float]:
    """Width and height that an SVG states for itself."""
    head = svg[: svg.index(">", svg.index("<svg"))]
    sizes = dict(re.findall(r'\b(width|height)="([0-9.]+)', head))
    return float(sizes["width"]), float(sizes["height"])
