"""What lies behind one published figure: how it was recomputed, and the records or claims it came from."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.export.csv import csv_bytes
from lib.metrics.claims import Claim
from lib.metrics.claims_bounds import NotComputable
from lib.metrics.claims_check import Checked, counts_text, interval_text, recomputed_text
from lib.metrics.claims_records import claim_records, count_claim_records
from lib.metrics.claims_table import HEADINGS, RELATIONS, UNSTATED_AS_OF, claims_frame
from lib.metrics.format import count_text
from lib.metrics.registry import get_metric
from lib.metrics.rows import Part, row_columns, text_columns
from lib.metrics.sides import side_names
from lib.ui.downloads import Download, download_button
from lib.ui.plain_text import plain
from lib.ui.tables import ShownColumn, show_table
from lib.ui.url_choice import segments
from lib.ui.view import View

#: Records on the screen; the file holds all of them.
_FIRST: Final = 100
_SIDES: Final[tuple[Part, ...]] = ("numerator", "denominator")
#: Columns that only computers read stay in the file.
_HIDDEN: Final = ("_code", "_key", "year", "quarter", "month", "source", "listing")


def claim_details(view: View, checked: Mapping[str, Checked], claim_id: str) -> None:
    """The claim in words, then its records, the claims it stands on, or why there is nothing to show."""
    one = checked[claim_id]
    _in_words(one)
    if one.claim.terms:
        used = [checked[name] for name in one.claim.used_claims]
        st.caption("由下列各条推算：")
        columns = [
            ShownColumn(name, HEADINGS[name]) for name in ("id", "sentence", "published", "recomputed")
        ]
        show_table(claims_frame(used), columns, alt=f"{claim_id}所依据的各条")
    elif one.claim.metric:
        try:
            _records(view, one.claim)
        except NotComputable as fault:
            st.info(plain(f"没有可显示的明细：{fault}。"), icon=":material/info:")


def _in_words(one: Checked) -> None:
    claim = one.claim
    lines = [
        f"**{plain(f'{one.verdict}：{recomputed_text(one)}')}**",
        plain(f"公布：{claim.published}（{RELATIONS[claim.operator]}）；原文：{claim.sentence}"),
    ]
    st.markdown("  \n".join(lines))
    details = (
        f"分子/分母 {counts_text(one)}" if counts_text(one) else "",
        f"95% 区间 {interval_text(one)}" if interval_text(one) else "",
        one.reason,
        one.recomputed.sentence if one.recomputed else "",
        "" if claim.is_text else f"截至{claim.as_of or UNSTATED_AS_OF}",
        claim.note,
        f"出处：{claim.source}",
    )
    st.caption(plain("；".join(text for text in details if text)))


def _records(view: View, claim: Claim) -> None:
    part = _side(claim)
    scope = view.reader.scope
    total = count_claim_records(claim, view.snapshot, scope, part)
    if not total:
        st.info("没有相应的记录。", icon=":material/filter_alt_off:")
        return
    metric = get_metric(claim.metric)
    words = row_columns(metric, part)
    shown = [words[name] for name in words if not name.endswith(_HIDDEN)]
    rows = claim_records(claim, view.snapshot, scope, part, limit=_FIRST)
    download_button(view.visitor, _file(view, claim, part, total), key=f"published.{claim.id}.{part}")
    st.caption(f"共 {count_text(total)} 条记录，表中列出前 {rows.num_rows} 条；文件含全部记录和全部列。")
    frame = rows.select(shown).to_pandas()
    columns = [
        ShownColumn(name, name, "date" if key.endswith("_on") else "text")
        for key, name in words.items()
        if name in shown
    ]
    show_table(frame, columns, alt=f"{claim.sentence}的明细", height=min(420, 38 + 35 * len(frame)))


def _side(claim: Claim) -> Part:
    numerator, denominator = side_names(get_metric(claim.metric))
    if denominator is None:
        return "numerator"
    names: dict[str, str] = dict(zip(_SIDES, (f"分子：{numerator}", f"分母：{denominator}"), strict=True))
    return "denominator" if segments("part", "哪一侧", names) == "denominator" else "numerator"


def _file(view: View, claim: Claim, part: Part, total: int) -> Download:
    snapshot, scope = view.snapshot, view.reader.scope
    metric = get_metric(claim.metric)
    words = row_columns(metric, part)
    texts = [words[name] for name in text_columns(metric, part)]
    return Download(
        file_name=f"公开数字明细_{claim.id}_v{snapshot.version:06d}.csv",
        row_count=total,
        sentence=f"{claim.id} {claim.sentence}",
        basis=view.basis,
        build=lambda: csv_bytes(claim_records(claim, snapshot, scope, part), texts),
    )
