"""The closed loop and the duties of the demo, told in one order: every part has its own random stream."""

from dataclasses import dataclass

import pyarrow as pa

from lib.demo.cadre_roster import tell_roster
from lib.demo.campaign_story import tell_campaign
from lib.demo.clinic_story import tell_clinic
from lib.demo.duty_story import tell_duties
from lib.demo.enforcement_story import tell_enforcement
from lib.demo.formula_story import tell_formula
from lib.demo.inspection_story import tell_inspections
from lib.demo.loop_rows import Scene
from lib.demo.office_story import tell_office
from lib.demo.rectification_story import tell_rectification
from lib.demo.training_story import tell_training


@dataclass(frozen=True)
class Cast:
    """Enterprises of the published stories: keys of the clinic's and the infant-formula producers, and the
    inspections of the campaign."""

    clinic: tuple[str, ...]
    formula: tuple[str, ...]
    campaign: pa.Table


def tell_loop(scene: Scene, cast: Cast) -> None:
    """Fill the row book of the scene with everything beyond sampling."""
    tell_clinic(scene, cast.clinic)
    tell_office(scene)
    orders = tell_campaign(scene, cast.campaign)
    orders += tell_formula(scene, cast.formula)
    roster = tell_roster(scene)
    orders += tell_duties(scene, roster)
    tell_training(scene, roster)
    ordered, suspected, triggers = tell_inspections(scene, roster)
    triggers += tell_rectification(scene, orders + ordered, cast.clinic)
    tell_enforcement(scene, suspected, triggers, cast.clinic)
