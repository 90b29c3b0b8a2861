"""What is sampled: product cells (a category or a part of one) and the foods in each.

A cell is the finest kind of product the demo tells apart: tableware, other catering food, the seven classes of
fresh produce, and one cell for each class of processed food. Food names are generic.
"""

from dataclasses import dataclass
from typing import Final

from lib.demo.calibration import BLOCKS

TABLEWARE, CATERING, FRESH, PROCESSED = range(len(BLOCKS))


@dataclass(frozen=True)
class Cell:
    """One product cell. ``code_2025`` is the category code from 2025 (empty when the category ended)."""

    block: int
    code: str
    code_2025: str
    label: str
    foods: tuple[tuple[str, str], ...]


def _fresh(code: str, label: str, foods: dict[str, str]) -> Cell:
    return Cell(FRESH, "33", code, label, _named(foods))


def _processed(code: str, label: str, foods: dict[str, str]) -> Cell:
    return Cell(PROCESSED, code, "" if code == "34" else code, label, _named(foods))


def _named(foods: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((food, second) for second, names in foods.items() for food in names.split("、"))


CELLS: Final = (
    Cell(
        TABLEWARE,
        "31",
        "31",
        "餐饮具",
        _named({"餐饮具": "自消毒碗、自消毒盘、自消毒筷、自消毒杯、集中消毒餐具"}),
    ),
    Cell(
        CATERING,
        "31",
        "31",
        "餐饮食品",
        _named(
            {
                "发酵面制品（自制）": "馒头、包子、油条",
                "熟肉（自制）": "卤牛肉、卤猪蹄",
                "其他自制": "凉皮、火锅底料",
            }
        ),
    ),
    _fresh("33a", "畜禽肉", {"畜肉": "猪肉、牛肉、羊肉", "禽肉": "鸡肉、鸭肉", "副产品": "猪肝、鸡胗"}),
    _fresh(
        "33b",
        "蔬菜",
        {
            "根茎类": "生姜、山药、马铃薯",
            "叶菜类": "芹菜、韭菜、白菜",
            "茄果类": "辣椒、茄子",
            "豆类蔬菜": "豇豆",
            "芽菜": "黄豆芽",
        },
    ),
    _fresh("33c", "水产品", {"淡水鱼": "鲫鱼、鳊鱼、黑鱼", "虾蟹": "罗氏沼虾、梭子蟹"}),
    _fresh("33d", "水果", {"柑橘类": "蜜桔、橙", "仁果类": "梨、苹果", "热带水果": "香蕉"}),
    _fresh("33e", "鲜蛋", {"鲜蛋": "鸡蛋、鸭蛋"}),
    _fresh("33f", "豆类", {"豆类": "黄豆、绿豆"}),
    _fresh("33g", "生干坚果", {"生干坚果与籽类": "生花生、生核桃"}),
    _processed(
        "01", "粮食", {"小麦粉": "小麦粉", "大米": "大米", "挂面": "挂面", "其他粮食加工品": "玉米面、湿面条"}
    ),
    _processed("02", "食用油", {"食用植物油": "菜籽油、大豆油、花生油、芝麻油", "食用动物油脂": "猪油"}),
    _processed(
        "03",
        "调味品",
        {"酱油": "酱油", "食醋": "食醋", "酿造酱": "黄豆酱", "复合调味料": "火锅底料", "香辛料类": "辣椒粉"},
    ),
    _processed("04", "肉制品", {"熟肉制品": "酱卤肉、火腿肠、烧鸡", "预制肉制品": "腊肉、调理肉"}),
    _processed("05", "乳制品", {"液体乳": "灭菌乳、发酵乳", "乳粉": "全脂乳粉"}),
    _processed(
        "06",
        "饮料",
        {"包装饮用水": "饮用纯净水、饮用天然水", "蛋白饮料": "植物蛋白饮料", "固体饮料": "固体饮料"},
    ),
    _processed("07", "方便食品", {"调味面制品": "辣条", "方便面": "方便面", "其他方便食品": "方便粉丝"}),
    _processed("08", "饼干", {"饼干": "饼干、曲奇"}),
    _processed("09", "罐头", {"果蔬罐头": "黄桃罐头", "畜禽水产罐头": "红烧肉罐头"}),
    _processed("10", "冷冻饮品", {"冷冻饮品": "雪糕、冰棍"}),
    _processed("11", "速冻食品", {"速冻面米食品": "速冻水饺、速冻馒头", "速冻调理肉制品": "速冻肉丸"}),
    _processed("12", "薯类膨化", {"膨化食品": "米饼、膨化玉米", "薯类食品": "薯片"}),
    _processed("13", "糖果", {"糖果": "硬糖、奶糖", "果冻": "果冻", "巧克力及巧克力制品": "巧克力"}),
    _processed("14", "茶叶", {"茶叶": "绿茶、红茶", "含茶制品和代用茶": "菊花茶"}),
    _processed("15", "酒类", {"白酒": "白酒", "配制酒": "配制酒", "啤酒": "啤酒", "黄酒": "黄酒"}),
    _processed(
        "16", "蔬菜制品", {"酱腌菜": "榨菜、糖醋蒜、酱黄瓜", "蔬菜干制品": "干豆角", "食用菌制品": "干木耳"}
    ),
    _processed("17", "水果制品", {"蜜饯": "话梅、山楂片", "水果制品": "芒果干"}),
    _processed("18", "炒货坚果", {"炒货食品及坚果制品": "炒瓜子、花生米、巴旦木"}),
    _processed("19", "蛋制品", {"再制蛋": "皮蛋、咸鸭蛋"}),
    _processed("20", "可可咖啡", {"焙炒咖啡": "焙炒咖啡", "可可制品": "可可粉"}),
    _processed("21", "食糖", {"食糖": "白砂糖、单晶冰糖、红糖"}),
    _processed("22", "水产制品", {"非即食水产品": "虾皮、干鱼", "即食水产品": "鱼豆腐"}),
    _processed("23", "淀粉制品", {"淀粉及淀粉制品": "红薯粉条、宽粉、粉皮", "淀粉糖": "麦芽糖"}),
    _processed(
        "24", "糕点", {"糕点": "戚风蛋糕、云片糕、桃酥", "面包": "面包", "月饼": "月饼", "粽子": "粽子"}
    ),
    _processed("25", "豆制品", {"非发酵性豆制品": "豆腐干、千张、腐竹", "发酵性豆制品": "豆腐乳"}),
    _processed("26", "蜂产品", {"蜂蜜": "蜂蜜", "蜂花粉": "蜂花粉"}),
    _processed("27", "保健食品", {"保健食品": "维生素片、蛋白粉"}),
    _processed("28", "特殊膳食", {"婴幼儿谷类辅助食品": "婴幼儿米粉", "营养补充品": "营养补充品"}),
    _processed("29", "特医食品", {"特殊医学用途配方食品": "全营养配方食品"}),
    _processed("30", "婴配食品", {"婴幼儿配方食品": "婴幼儿配方乳粉"}),
    _processed("32", "食品添加剂", {"食品添加剂": "复配膨松剂、食用香精"}),
    _processed("34", "其他食品", {"其他食品": "其他食品"}),
)

CELL_BY_LABEL: Final = {cell.label: index for index, cell in enumerate(CELLS)}
