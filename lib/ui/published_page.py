"""The parts of 公开数字核对: the ledger with its verdicts, and what lies behind one figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.export.csv import csv_bytes
from lib.metrics.claims import Ledger
from lib.metrics.claims_check import Checked, Verdict, check_claims
from lib.metrics.claims_reading import ledger_files, read_ledger
from lib.metrics.claims_table import FAULTS_FIRST, HEADINGS, claims_frame, count_verdicts, summary
from lib.metrics.claims_values import BEYOND_SCOPE
from lib.ui import cached
from lib.ui.downloads import Download, download_button
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.published_records import claim_details
from lib.ui.tables import ShownColumn, show_table
from lib.ui.url_choice import dropdown, segments
from lib.ui.view import View

#: A sign and a word, never colour alone.
MARKS: Final[Mapping[Verdict, str]] = {
    Verdict.MATCHES: "✓",
    Verdict.DIFFERS: "✗",
    Verdict.NOT_COMPUTABLE: "⚠",
    Verdict.PARAMETER: "◇",
    Verdict.TEXT: "○",
}
_ALL: Final = "all"
_NARROWEST: Final = 150
#: On the screen; the file has every column.
_SHOWN: Final = (
    *("verdict", "id", "sentence", "published", "relation", "recomputed", "counts", "interval"),
    *("basis", "as_of", "reason", "note", "document"),
)
#: Pixels of the columns whose figures must not be cut.
_WIDTHS: Final[Mapping[str, int]] = {
    **{"verdict": 104, "id": 88, "sentence": 320, "published": 150, "relation": 96, "recomputed": 190},
    **{"counts": 120, "interval": 150, "as_of": 110, "reason": 300},
}
_EXPLANATION: Final = (
    "每条公开数字按登记的指标、范围和截至日从本数据版本重算，按公布的位数比较；“余”“超过”“约”按下限、约数处理；"
    "“全部”（100%）不四舍五入。只有总数的取自报送数字。口径说明只核对口径是否一致，不需要数据；仅文字的只登记原文；两者都不算相符。"
)


@dataclass(frozen=True)
class OpenLedger:
    """The ledger and the verdict on each of its claims, as this reader may see them."""

    ledger: Ledger
    checked: tuple[Checked, ...]


def open_ledger(view: View) -> OpenLedger:
    """Read the ledger and recompute it; rows that were refused are shown, not passed over."""
    stamp = tuple((file.name, file.stat().st_mtime_ns) for file in ledger_files())
    opened = _recomputed(view.source, stamp)
    for row in opened.ledger.refused:
        st.warning(plain(f"台账有一行没有采用：{row.sentence()}"), icon=":material/playlist_remove:")
    return opened


@cached.kept
def _recomputed(source: cached.Source, stamp: tuple[tuple[str, int], ...]) -> OpenLedger:
    """``stamp``: names and times of the ledger files, so that an edited ledger is read again."""
    ledger = read_ledger()
    return OpenLedger(ledger, check_claims(source.open(), ledger, source.scope))


def headline(opened: OpenLedger) -> None:
    """How many claims have each verdict; first of all, how many lie outside what the reader may see."""
    beyond = sum(BEYOND_SCOPE in one.reason for one in opened.checked)
    if beyond:
        st.info(
            f"{beyond} 条公开数字所指的地区（如全市）超出您的可见范围：只看本地数据会算错，这里列为“无法计算”，"
            "不表示数字有误。可改看其余各条，或请市级岗位核对。",
            icon=":material/visibility_off:",
        )
    counted = count_verdicts(opened.checked)
    with st.grid(len(counted), min_column_width=_NARROWEST, gap="small"):
        for verdict, number in counted.items():
            with st.container(border=True):
                st.metric(f"{MARKS[verdict]} {verdict}", f"{number} 条")
    st.caption(plain(f"{summary(opened.checked)}。{_EXPLANATION}"))


def choose(opened: OpenLedger) -> tuple[Checked, ...]:
    """Ask for a publication and a verdict; both are part of the address."""
    documents = {_ALL: "全部文件"} | {name: name for name in opened.ledger.documents}
    verdicts = {_ALL: "全部结论"} | {verdict.value: f"{MARKS[verdict]} {verdict}" for verdict in Verdict}
    document = dropdown("document", "文件", documents, width=460)
    verdict = segments("verdict", "结论", verdicts)
    chosen = [
        one
        for one in opened.checked
        if document in (_ALL, one.claim.document) and verdict in (_ALL, one.verdict.value)
    ]
    return tuple(sorted(chosen, key=lambda one: FAULTS_FIRST.index(one.verdict)))


def table(view: View, shown: tuple[Checked, ...]) -> None:
    """The claims chosen, and all their columns as a file."""
    with page_part("台账", skeleton_height=400):
        if not shown:
            st.info("没有符合的公开数字。请改选文件或结论。", icon=":material/filter_alt_off:")
            return
        frame = claims_frame(shown)
        download_button(view.visitor, _file(view, shown), key="published.ledger")
        marked = frame.assign(verdict=[f"{MARKS[one.verdict]} {one.verdict}" for one in shown])
        show_table(
            marked,
            [ShownColumn(name, HEADINGS[name], width=_WIDTHS.get(name)) for name in _SHOWN],
            alt="公开数字台账及核对结论",
            height=min(560, 38 + 35 * len(marked)),
        )


def _file(view: View, shown: tuple[Checked, ...]) -> Download:
    frame = claims_frame(shown).rename(columns=dict(HEADINGS))
    return Download(
        file_name=f"公开数字核对_v{view.snapshot.version:06d}.csv",
        row_count=len(frame),
        sentence="公开数字台账及结论",
        basis=view.basis,
        build=lambda: csv_bytes(frame),
    )


#: The choice does not open on a figure that cannot be computed.
_WITH_MOST_BEHIND: Final = (
    *(Verdict.DIFFERS, Verdict.MATCHES, Verdict.PARAMETER),
    *(Verdict.TEXT, Verdict.NOT_COMPUTABLE),
)


def behind(view: View, opened: OpenLedger, shown: tuple[Checked, ...]) -> None:
    """One claim in full, with the records it was recomputed from."""
    if not shown:
        return
    computed_first = sorted(shown, key=lambda one: _WITH_MOST_BEHIND.index(one.verdict))
    options = {
        one.claim.id: f"{one.claim.id}  {one.claim.sentence}（{one.claim.published}）"
        for one in computed_first
    }
    with page_part("一条数字的由来", skeleton_height=200):
        chosen = dropdown("claim", "选一条", options, width=640)
        claim_details(view, {one.claim.id: one for one in opened.checked}, chosen)
