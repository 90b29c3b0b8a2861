"""A meeting document made by hand: hostile names, a long table, a native chart, a picture, rare characters."""

from lib.export.slide import (
    ChartData,
    Document,
    Series,
    ShownChart,
    ShownFigure,
    ShownTable,
    Slide,
)

BASIS = "数据截至2025年10月31日；数据版本 42；演示数据（合成）"
FILTERS = "范围：阜阳市；2025年1—8月；监督抽检；常规抽样"
#: Names that a typesetter, a spreadsheet or an XML writer could take for instructions.
NAMES = (
    "#panic()[甲]$x^2$ 食品厂",
    "*粗体*_斜_商行",
    "<script>𠮷野家</script>&amp;",
    '=HYPERLINK("x")超市',
    "@引用 <标签> //注释 \\反斜",
    "甲商行\n（分店）",
    "䶮龘𰻝面馆",
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="400" viewBox="0 0 760 400">'
    '<rect width="760" height="400" fill="#ffffff"/><text x="20" y="40" font-family="Bamai Sans" font-size="16">'
    "图中文字12.34%</text></svg>"
)
TABLE = ShownTable(
    title="不合格样品明细",
    headings=("序号", "抽样单号", "被抽样单位", "不合格项目", "检验值"),
    rows=[
        (
            str(number),
            f"XBJ25341200{number:08d}",
            NAMES[number % len(NAMES)],
            "毒死蜱、" * (number % 9),
            "0.25 mg/kg",
        )
        for number in range(1, 81)
    ],
    align=("right", "left", "left", "left", "right"),
)
COURSE = ChartData(
    categories=("2025年1月", "2025年2月", "=2025年3月"),
    series=(
        Series("不合格率", (0.024, None, 0.0601), "0.00%"),
        Series("控制上限", (0.0385, 0.0385, 0.0385), "0.00%"),
    ),
    axis="不合格率（%）",
)
ITEMS = ChartData(
    categories=("阴离子合成洗涤剂", "大肠菌群"),
    series=(Series("占不合格项次", (0.5, 0.2), "0.00%"),),
    axis="占不合格项次（%）",
    has_bars=True,
)
#: Rates with intervals beside the rate of all; the last district has too few cases and a very wide interval.
RATES = ChartData(
    categories=("颍州区：4.00%", "界首市：2.00%", "太和县：—", "开发区：0.00%，样品不足30批次"),
    series=(
        Series(
            "不合格率",
            (0.04, 0.02, None, 0.0),
            "0.00%",
            lower=(0.03, 0.01, None, 0.0),
            upper=(0.05, 0.03, None, 0.96),
            hollow=(False, False, False, True),
        ),
        Series("合计3.00%", (0.03,) * 4, "0.00%"),
    ),
    axis="不合格率（%）",
    has_bars=True,
)


def chart(title: str, data: ChartData | None, svg: str = SVG) -> ShownChart:
    """A chart with a table of one row."""
    table = ShownTable(title, ("项目", "值"), (("甲", "1.00%"),), ("left", "right"))
    return ShownChart(title, title, {}, f"图：{title}", data, table, ("图下说明。",), svg)


FIGURES = (
    ShownFigure("监督抽检不合格率", "2.35%", "下降0.22个百分点", ("473/20,105 批次", "95% 区间 2.15%—2.57%")),
    ShownFigure("不合格批次", "473 批次", None, ("上年同期 556 批次",)),
)
DOCUMENT = Document(
    title="2025年三季度食品安全调度会",
    data_version=42,
    slides=(
        Slide(
            title="抽检不合格率",
            filters_sentence=FILTERS,
            basis=BASIS,
            figures=FIGURES,
            charts=(chart("不合格率走势", COURSE),),
            sentences=("2025年1—8月监督抽检不合格率2.35%（473/20,105），比上年同期下降0.22个百分点。",),
            notes=("10月结果未齐。",),
            speaker_note="先讲总体，再讲地区。",
        ),
        Slide("各地与项目", FILTERS, BASIS, charts=(chart("各地漏斗图", None), chart("不合格项目", ITEMS))),
        Slide("各地不合格率", FILTERS, BASIS, charts=(chart("各地不合格率与95%区间", RATES),)),
        Slide("不合格样品明细", FILTERS, BASIS, tables=(TABLE,), notes=("共80批次。",)),
    ),
)
