"""The ledger with its verdicts as a table: the same columns on the page, in the file and on the command line."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from lib.metrics.claims import Claim, Operator, RefusedRow, Statistic
from lib.metrics.claims_check import Checked, Verdict, counts_text, interval_text, recomputed_text

#: Column → heading.
HEADINGS: Final[Mapping[str, str]] = {
    "id": "编号",
    "verdict": "结论",
    "sentence": "原文",
    "published": "公布",
    "relation": "关系",
    "recomputed": "重算",
    "counts": "分子/分母",
    "interval": "95%区间",
    "basis": "来源",
    "as_of": "截至",
    "reason": "原因",
    "document": "文件",
    "scope": "口径",
    "note": "说明",
}
#: Words instead of signs: a cell that begins with = would be taken for a formula.
RELATIONS: Final[Mapping[Operator, str]] = {
    Operator.EQUAL: "等于",
    Operator.AT_LEAST: "不少于",
    Operator.MORE: "多于",
    Operator.AT_MOST: "不多于",
    Operator.ABOUT: "约",
    Operator.RANGE: "在区间内",
    Operator.PARAMETER: "口径一致",
    Operator.FLAG: "标志",
    Operator.TEXT: "文字",
}
UNSTATED_AS_OF: Final = "未注明"
#: What the terminal shows of each row, with the widths of its columns (a Chinese character takes two).
_SHOWN: Final[Mapping[str, int]] = {
    "verdict": 8,
    "id": 8,
    "sentence": 40,
    "published": 18,
    "relation": 8,
    "recomputed": 26,
    "counts": 12,
    "interval": 16,
    "basis": 8,
}
#: What needs looking at first, what is only listed last.
FAULTS_FIRST: Final = (
    *(Verdict.DIFFERS, Verdict.NOT_COMPUTABLE, Verdict.MATCHES),
    *(Verdict.PARAMETER, Verdict.TEXT),
)
#: Verdicts that are not recomputed from records.
NOT_RECOMPUTED: Final = (Verdict.PARAMETER, Verdict.TEXT)


def claims_frame(checked: Iterable[Checked]) -> pd.DataFrame:
    """One row per claim, every cell a text; columns as in `HEADINGS`."""
    rows = [_row(one) for one in checked]
    return pd.DataFrame(rows, columns=list(HEADINGS), dtype="string")


def _row(checked: Checked) -> dict[str, str]:
    claim, value = checked.claim, checked.recomputed
    return {
        "id": claim.id,
        "verdict": checked.verdict.value,
        "sentence": claim.sentence,
        "published": claim.published,
        "relation": _relation(claim),
        "recomputed": recomputed_text(checked),
        "counts": counts_text(checked),
        "interval": interval_text(checked),
        "basis": value.basis if value else "",
        "as_of": "" if claim.is_text else claim.as_of.isoformat() if claim.as_of else UNSTATED_AS_OF,
        "reason": checked.reason,
        "document": claim.document,
        "scope": value.sentence if value else "",
        "note": claim.note,
    }


def _relation(claim: Claim) -> str:
    words = RELATIONS[claim.operator]
    return f"每组{words}" if claim.statistic is Statistic.EACH else words


def count_verdicts(checked: Iterable[Checked]) -> dict[Verdict, int]:
    """How many claims have each verdict, every verdict named."""
    counted = Counter(one.verdict for one in checked)
    return {verdict: counted[verdict] for verdict in Verdict}


def summary(checked: Sequence[Checked]) -> str:
    """One sentence: how many were recomputed, and how they came out."""
    counted = count_verdicts(checked)
    computed = len(checked) - sum(counted[verdict] for verdict in NOT_RECOMPUTED)
    return (
        f"共 {len(checked)} 条：可重算 {computed} 条，其中相符 {counted[Verdict.MATCHES]}、"
        f"不符 {counted[Verdict.DIFFERS]}、无法计算 {counted[Verdict.NOT_COMPUTABLE]}；"
        f"口径说明 {counted[Verdict.PARAMETER]} 条、仅文字 {counted[Verdict.TEXT]} 条，不算相符"
    )


def is_passed(checked: Iterable[Checked]) -> bool:
    """Whether there was something to recompute and all of it matched: an empty list has not passed."""
    counted = count_verdicts(checked)
    failed = counted[Verdict.DIFFERS] + counted[Verdict.NOT_COMPUTABLE]
    return counted[Verdict.MATCHES] > 0 and failed == 0


def terminal_text(checked: Sequence[Checked], refused: Sequence[RefusedRow]) -> str:
    """The table for the command line: by publication, faults first; what is only text apart; the sum at the end."""
    lines = [f"拒收的登记行：{row.sentence()}" for row in refused]
    computed = [one for one in checked if one.verdict is not Verdict.TEXT]
    lines += ["", _line({name: HEADINGS[name] for name in _SHOWN})] if computed else []
    for one in sorted(computed, key=lambda one: FAULTS_FIRST.index(one.verdict)):
        lines += [_line(_row(one)), *([f"{'':10}原因：{one.reason}"] if one.reason else [])]
    texts = [one for one in checked if one.verdict is Verdict.TEXT]
    lines += ["", f"仅文字（{len(texts)} 条，只登记原文，不算相符）："] if texts else []
    lines += [f"  {_padded(one.claim.id, 8)}{one.claim.sentence}（{one.claim.published}）" for one in texts]
    return "\n".join([*lines, "", summary(checked)]).lstrip("\n") + "\n"


def _line(row: Mapping[str, str]) -> str:
    return "".join(_padded(row[name], width) for name, width in _SHOWN.items()).rstrip()


def _padded(text: str, width: int) -> str:
    """The text in a column of this width; a longer one keeps its end and one space."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
    return text + " " * max(1, width - taken)
