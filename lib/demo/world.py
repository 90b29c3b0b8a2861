"""What all months of one demo share."""

from dataclasses import dataclass

from lib.demo.districts import Districts
from lib.demo.enterprises import Pools
from lib.demo.product_mix import ProductMix
from lib.demo.scale import Scale
from lib.demo.volume import day_number


@dataclass(frozen=True)
class World:
    """The fixed setting: scale and seed, where, who, and how products fail."""

    scale: Scale
    seed: int
    districts: Districts
    pools: Pools
    mix: ProductMix

    @property
    def as_of(self) -> int:
        """Day number up to which anything is known."""
        return day_number(self.scale.as_of)
