"""Who answers for which subject (包保): posts of four levels, subjects of the city, bindings that change hands.

Levels after the published practice (A city, B county, C township, D village leaders; Dangtu: B 1.5, C 30.2, D 68.3 %
of subjects; Dongzhi: 3.7 subjects a cadre). Subjects, posts and changes are made up; posts carry no names.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from lib.data.tables.duties import binding, cadre_post
from lib.demo.enterprises import short_name
from lib.demo.findings import is_city
from lib.demo.loop_rows import Scene
from lib.demo.scale import CITY

START: Final = date(2021, 1, 1)
#: Subjects of the city by weight of the county, and of every other county that is sampled.
CITY_SUBJECTS, SMALLEST, ELSEWHERE_SUBJECTS = 1_150, 8, 4
#: The largest subjects of the city, bound to city leaders, and one post for so many subjects below.
CITY_LEVEL, SUBJECTS_PER_POST = 6, 4
_LEVEL_SHARE: Final = (("B", 0.02), ("C", 0.32))
_TITLES: Final = {
    "A": ("市委副书记", "副市长", "市人大常委会副主任", "市政协副主席", "市委常委", "市政府秘书长"),
    "B": ("县级党委副书记", "副县（区、市）长", "人大常委会副主任", "政协副主席"),
    "C": ("乡镇（街道）党委书记", "乡镇长（街道办主任）", "乡镇（街道）党委副书记", "副乡镇长"),
    "D": ("村（社区）党组织书记", "村（居）委会主任", "村（居）委会副主任"),
}
#: Days on which a post was left in mid-quarter (of level C or D), with days until the successor took over; the third
#: leaves subjects without anybody at the end of a quarter.
LEFT: Final = (
    (date(2022, 8, 17), 0),
    (date(2023, 5, 11), 0),
    (date(2024, 5, 20), 75),
    (date(2024, 2, 26), 0),
    (date(2024, 7, 9), 12),
)
#: Share of subjects handed to another post of the same level once.
_HANDED_OVER: Final = 0.07


@dataclass(frozen=True)
class Post:
    """One post; ``until`` is its last day."""

    number: str
    level: str
    division: str
    since: date = START
    until: date | None = None


@dataclass(frozen=True)
class Bond:
    """One binding of a subject to a post; ``until`` is its last day."""

    post: Post
    subject: str
    division: str
    since: date = START
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass
class Roster:
    """Posts and, by subject, its bindings in order of time."""

    posts: list[Post]
    bonds: dict[str, list[Bond]]

    def holder(self, subject: str, day: date) -> Post | None:
        """Post that answers for a subject on a day, if any."""
        return next((bond.post for bond in self.bonds[subject] if bond.holds(day)), None)

    def subjects_of_city(self) -> list[str]:
        """Subjects of the city in order."""
        return [key for key, bonds in self.bonds.items() if is_city(bonds[0].division)]


def tell_roster(scene: Scene) -> Roster:
    """Choose subjects and posts, bind them, write both."""
    generator = scene.stream("roster")
    roster = Roster([], {})
    for code in [*scene.codes_under(CITY[:4]), *_elsewhere(scene)]:
        _bind_county(scene, roster, code, generator)
    _leave_posts(scene, roster, generator)
    _hand_over(scene, roster, generator)
    _write(scene, roster)
    return roster


def _elsewhere(scene: Scene) -> list[str]:
    return [code for code in scene.codes_under("") if not is_city(code)]


def _bind_county(scene: Scene, roster: Roster, code: str, generator: np.random.Generator) -> None:
    subjects = _subjects(scene, code, generator)
    levels = _levels(len(subjects))
    if code == f"{CITY[:4]}02":
        levels[:CITY_LEVEL] = ["A"] * CITY_LEVEL
    for level in sorted(set(levels)):
        own = [subject for subject, given in zip(subjects, levels, strict=True) if given == level]
        division = CITY if level == "A" else code
        posts = [
            Post(scene.book.number("BB"), level, division)
            for _ in range(-(-len(own) // (1 if level == "A" else SUBJECTS_PER_POST)))
        ]
        roster.posts += posts
        for position, subject in enumerate(own):
            roster.bonds[subject] = [Bond(posts[position % len(posts)], subject, code)]


def _subjects(scene: Scene, code: str, generator: np.random.Generator) -> list[str]:
    """Keys of producers and businesses of a county: producers first, so that they get the higher levels."""
    pools, districts = scene.world.pools, scene.world.districts
    unit = districts.index[code]
    made: list[int] = []
    for start, count in zip(pools.producer_start[unit], pools.producer_count[unit], strict=True):
        made += range(start, start + count)
    sold: list[int] = []
    for start, count in zip(pools.business_start[unit], pools.business_count[unit], strict=True):
        sold += range(start, start + count)
    total = _how_many(scene, code)
    first = generator.permutation(made)[: total // 4].tolist()
    rest = generator.permutation(sold)[: total - len(first)].tolist()
    return [pools.register.keys[number] for number in [*first, *rest]]


def _how_many(scene: Scene, code: str) -> int:
    if not is_city(code):
        return ELSEWHERE_SUBJECTS
    districts = scene.world.districts
    city = sum(districts.weight[districts.index[other]] for other in scene.codes_under(CITY[:4]))
    return max(SMALLEST, round(CITY_SUBJECTS * districts.weight[districts.index[code]] / city))


def _levels(count: int) -> list[str]:
    levels = [level for level, share in _LEVEL_SHARE for _ in range(max(1, round(count * share)))]
    return (levels + ["D"] * count)[:count]


def _leave_posts(scene: Scene, roster: Roster, generator: np.random.Generator) -> None:
    """Some posts end in mid-quarter; a new post takes their subjects over, once after a gap."""
    choices = [post for post in roster.posts if post.level in "CD" and is_city(post.division)]
    chosen = generator.permutation(len(choices))[: len(LEFT)]
    for index, (last_day, gap) in zip(chosen, LEFT, strict=True):
        old = choices[int(index)]
        since = last_day + timedelta(days=gap + 1)
        new = Post(scene.book.number("BB"), old.level, old.division, since)
        ended = replace(old, until=last_day)
        roster.posts[roster.posts.index(old)] = ended
        roster.posts.append(new)
        for subject, bonds in roster.bonds.items():
            if bonds[-1].post == old:
                closed = replace(bonds[-1], post=ended, until=last_day)
                roster.bonds[subject] = [closed, Bond(new, subject, closed.division, since)]


def _hand_over(scene: Scene, roster: Roster, generator: np.random.Generator) -> None:
    """Some subjects go to another lasting post of their level and county, from one day to the next."""
    lasting = [post for post in roster.posts if post.since == START and post.until is None]
    span = (scene.as_of - START).days
    for subject, bonds in roster.bonds.items():
        if generator.random() >= _HANDED_OVER or len(bonds) > 1:
            continue
        bond, last_day = bonds[0], START + timedelta(days=60 + int(generator.integers(span - 90)))
        others = [
            post
            for post in lasting
            if (post.level, post.division) == (bond.post.level, bond.post.division) and post != bond.post
        ]
        if others:
            new = others[int(generator.integers(len(others)))]
            next_bond = Bond(new, subject, bond.division, last_day + timedelta(days=1))
            roster.bonds[subject] = [replace(bond, until=last_day), next_bond]


def _write(scene: Scene, roster: Roster) -> None:
    for position, post in enumerate(roster.posts):
        titles = _TITLES[post.level]
        place = "阜阳市" if post.level == "A" else scene.name_of(post.division)
        scene.book.add(
            cadre_post,
            post_no=post.number,
            post=f"{short_name(place)}{titles[position % len(titles)]}（演示岗位{post.number[-4:]}）",
            binding_level=post.level,
            division_code=post.division,
            valid_from=post.since,
            valid_to=post.until,
        )
    for bonds in roster.bonds.values():
        for bond in bonds:
            scene.book.add(
                binding,
                binding_no=scene.book.number("BG"),
                post_no=bond.post.number,
                enterprise_key=bond.subject,
                division_code=bond.division,
                subject_level=bond.post.level,
                valid_from=bond.since,
                valid_to=bond.until,
            )
