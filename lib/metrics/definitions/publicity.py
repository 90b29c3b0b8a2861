"""Metrics of publicity and demonstration shops, and of totals that were only reported."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from lib.data.tables.snapshot_loop import demonstration_shop, publicity, reported_figure
from lib.metrics.definitions.office_work import rows, shared, summed
from lib.metrics.dimensions import PLACES
from lib.metrics.metric import AS_OF, Count, Metric, Unit

GUANGDONG: Final = "广东省特殊食品“一企一策”通报（2022年1月）的报数口径"
_PUBLISHED: Final = shared("按发布日期归入期间", "kind", "media_level")
_PROVINCIAL: Final = publicity.c.media_level.in_(("国家级", "省级"))


def _articles(unit: Unit, *where: ColumnElement[bool]) -> Count:
    return rows(publicity, publicity.c.published_on, unit, *where)


METRICS: Final = (
    Metric(
        id="articles_provincial",
        name="省级以上媒体稿件",
        description="期间内在省级及以上媒体发布的稿件篇数。",
        direction="neutral",
        numerator=_articles(Unit.ARTICLE, publicity.c.kind == "稿件", _PROVINCIAL),
        **_PUBLISHED,
    ),
    Metric(
        id="bulletins",
        name="工作要情期数",
        description="期间内编发的工作要情期数。",
        direction="neutral",
        numerator=_articles(Unit.ISSUE, publicity.c.kind == "工作要情"),
        **_PUBLISHED,
    ),
    Metric(
        id="publicity_copies",
        name="海报和单张份数",
        description="期间内发放的海报、单张、折页份数之和。",
        direction="neutral",
        numerator=summed(
            publicity,
            publicity.c.published_on,
            publicity.c.copies,
            Unit.COPY,
            publicity.c.kind.in_(("海报", "单张", "折页")),
        ),
        **_PUBLISHED | {"basis": GUANGDONG},
    ),
    Metric(
        id="demonstration_shops",
        name="有效示范店数",
        description="截至日已认定、未撤销的示范店家数。",
        direction="neutral",
        numerator=Count(
            table=demonstration_shop,
            date=None,
            where=(
                demonstration_shop.c.recognised_on <= AS_OF,
                or_(demonstration_shop.c.withdrawn_on.is_(None), demonstration_shop.c.withdrawn_on > AS_OF),
            ),
            unit=Unit.ENTERPRISE,
        ),
        **{
            **shared("只看截至日有效的，不受期间限制", basis=GUANGDONG),
            "dimensions": (*PLACES, "kind", "source"),
        },
    ),
    Metric(
        id="demonstration_shop_kinds",
        name="示范店类型数",
        description="截至日有效示范店的类型个数。",
        direction="neutral",
        numerator=Count(
            table=demonstration_shop,
            date=None,
            where=(
                demonstration_shop.c.recognised_on <= AS_OF,
                or_(demonstration_shop.c.withdrawn_on.is_(None), demonstration_shop.c.withdrawn_on > AS_OF),
            ),
            distinct=(demonstration_shop.c.kind,),
            unit=Unit.PIECE,
        ),
        **{
            **shared("只看截至日有效的，不受期间限制", basis=GUANGDONG),
            "dimensions": (*PLACES, "source"),
        },
    ),
    Metric(
        id="reported_figures",
        name="只有总数的报送数字",
        description="期间截止日在期间内、只有总数没有明细的报送数字个数；数值本身见数字及其界限，不相加。",
        direction="neutral",
        numerator=rows(
            reported_figure,
            reported_figure.c.period_to,
            Unit.PIECE,
            and_(
                reported_figure.c.period_to.is_not(None),
                or_(reported_figure.c.known_as_of.is_(None), reported_figure.c.known_as_of <= AS_OF),
            ),
        ),
        **shared("按数字所指期间的截止日归入期间", "subject", "bound"),
    ),
)
