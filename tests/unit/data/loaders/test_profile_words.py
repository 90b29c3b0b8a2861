"""Words of the profiles that come with the product: negated and compound ones mean what they say."""

import pytest

from lib.data.loaders.dates import BadValue
from lib.data.loaders.profile_files import load_profile
from lib.data.loaders.targets import targets
from lib.data.loaders.values import converter
from lib.data.verdicts import OBJECTION_STATUSES

OBJECTIONS = {
    "异议不予认可": "异议不认可",
    "异议未认可": "异议不认可",
    "异议未予以认可": "异议不认可",
    "异议认可": "异议认可",
    "初检不合格，复检合格": "复检合格",
    "复检结果仍不合格": "复检不合格",
    "初检不合格，复检未合格": "复检不合格",
    "企业不服检验结论申请复检，复检不合格": "复检不合格",
    "复检中心判定不合格": "复检不合格",
    "未申请复检，检验结论不合格": "未申请复检",
    "放弃复检，确认不合格": "未申请复检",
    "待复检": "复检中",
    "正在进行复检": "复检中",
    "逾期提出异议": "逾期异议",
}


def read(profile: str, column: str, text: str) -> str | None:
    """What a cell becomes in a column of a profile."""
    rules = load_profile(profile)
    found = converter(targets(rules.table)[column], rules.columns[column], rules.values)(text)
    assert found is None or isinstance(found, str)
    return found


@pytest.mark.parametrize("profile", ["national-export", "publication-joined", "samr-workbook"])
def test_objections_and_their_negations(profile: str) -> None:
    wanted = OBJECTIONS | {status: status for status in OBJECTION_STATUSES}
    assert {text: read(profile, "objection_status", text) for text in wanted} == wanted
    assert read(profile, "objection_status", "未逾期") is None


@pytest.mark.parametrize("profile", ["publication-joined", "samr-workbook"])
@pytest.mark.parametrize("text", ["不予复检，维持不合格结论", "未逾期提出异议", "企业不认可检验结论", "国抽"])
def test_remarks_that_state_no_result_of_an_objection(profile: str, text: str) -> None:
    assert read(profile, "objection_status", text) is None


def test_a_refused_reinspection_is_not_guessed() -> None:
    with pytest.raises(BadValue):
        read("national-export", "objection_status", "不予复检，维持不合格结论")


def test_short_words_of_the_national_system() -> None:
    words = {
        "不认可": "异议不认可",
        "未认可": "异议不认可",
        "认可": "异议认可",
        "审批中": "异议处置中",
        "逾期": "逾期异议",
    }
    assert {text: read("national-export", "objection_status", text) for text in words} == words


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (
            "tier",
            {"自治区抽检": "省抽", "直辖市抽检": "省抽", "省抽": "省抽", "国抽": "国抽", "市抽": "市抽"}
            | {"地级市": "市抽", "设区的市": "市抽", "区抽": "县抽", "县抽": "县抽", "市辖区抽检": "县抽"},
        ),
        (
            "purpose",
            {
                "非评价性抽检|风险监测": "风险监测",
                "非评价性|监督抽检": "监督抽检",
                "是|监督抽检": "评价性抽检",
            }
            | {"否|评价性抽检": "评价性抽检", "否|监督抽检和风险监测": "抽检监测", "否|抽检监测": "抽检监测"}
            | {"风险监测与监督抽检": "抽检监测", "否|风险监测": "风险监测", "否|监督抽检": "监督抽检"},
        ),
        (
            "sampling_kind",
            {"非靶向": None, "靶向抽检": "靶向", "抽检监测 非靶向 专项": "专项", "你点我检": "公众点检"},
        ),
        (
            "stage",
            {"餐饮加工": "餐饮", "加工": "生产", "生产加工环节": "生产", "销售": "流通", "网购": "网抽"},
        ),
    ],
)
def test_compound_words_of_the_national_system(column: str, words: dict[str, str | None]) -> None:
    assert {text: read("national-export", column, text) for text in words} == words
