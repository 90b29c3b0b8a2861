"""What a claim must fulfil before it is recomputed: units that agree, dimensions and parameters that exist, terms
that lead somewhere. A claim that compares two counting units is refused here, before any figure is shown."""

from collections.abc import Iterator, Mapping

from lib.data.filters import Filters
from lib.metrics.claims import OPERATIONS, Claim, Operator, Statistic, is_claim_id
from lib.metrics.metric import Count, Metric
from lib.metrics.registry import UnknownMetric, get_metric

#: What a claim of the kind ``parameter`` may compare beside the parameters of its metric.
LEDGER_PARAMETERS = ("as_of", "from")


def problems_of(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[str]:
    """Reasons (Chinese) why a claim cannot be used; ``claims`` are all others by id."""
    yield from _problems_of_source(claim)
    yield from _problems_of_numbers(claim)
    yield from _problems_of_query(claim)
    if claim.metric:
        yield from _problems_of_metric(claim)
    if claim.terms:
        yield from _problems_of_terms(claim, claims)


def _problems_of_source(claim: Claim) -> Iterator[str]:
    sources = [name for name in ("metric", "reported", "terms") if getattr(claim, name)]
    if claim.is_text and sources:
        yield f"只登记文字的不应有 {'、'.join(sources)}"
    if not claim.is_text and claim.operator is not Operator.PARAMETER and len(sources) != 1:
        yield "数字的来源应在 metric、reported、terms 中恰好填一个；没有数据可核的请把 operator 写成 text"
    if claim.operator is Operator.PARAMETER:
        yield from _problems_of_setting(claim)


def _problems_of_setting(claim: Claim) -> Iterator[str]:
    if len(claim.parameters) != 1:
        yield "operator 为 parameter 的应恰好有一个 parameters，如 k=2"
    unknown = [name for name in claim.parameters if name not in LEDGER_PARAMETERS]
    if unknown and not claim.metric:
        yield f"没有 metric 时 parameters 只能是 {'、'.join(LEDGER_PARAMETERS)}，不能是 {'、'.join(unknown)}"


def _problems_of_numbers(claim: Claim) -> Iterator[str]:
    needs_none = claim.is_text or claim.operator is Operator.PARAMETER
    if claim.value is None and not needs_none:
        yield "缺少 value"
    if (claim.value_to is None) == (claim.operator is Operator.RANGE):
        yield "value_to 与 operator range 应同时填写"
    if claim.tolerance < 0 or (claim.tolerance == 0) == (claim.operator is Operator.ABOUT):
        yield "tolerance 与 operator ≈ 应同时填写，且大于 0"
    if claim.interval and claim.unit != "%":
        yield "interval 只用于比率（unit 为 %）"


def _problems_of_query(claim: Claim) -> Iterator[str]:
    start, end = claim.period
    if end is not None and start > end:
        yield f"query 的起始日期 {start} 晚于截止日期 {end}"
        return
    try:
        Filters.from_query(claim.query, Filters(start=start, end=end or start))
    except ValueError as fault:
        yield f"query：{fault}"


def _problems_of_metric(claim: Claim) -> Iterator[str]:
    try:
        metric = get_metric(claim.metric)
    except UnknownMetric as fault:
        yield str(fault)
        return
    yield from _problems_of_groups(claim, metric)
    known = {parameter.name for parameter in metric.parameters}
    allowed = known | set(LEDGER_PARAMETERS if claim.operator is Operator.PARAMETER else ())
    if unknown := [name for name in claim.parameters if name not in allowed]:
        yield f"指标“{metric.name}”没有参数 {'、'.join(unknown)}；可用：{'、'.join(sorted(allowed)) or '无'}"
    whole = claim.statistic in (Statistic.TOTAL, Statistic.EACH) and claim.operator is not Operator.PARAMETER
    if whole and claim.unit != metric.unit:
        yield f"单位不符：指标“{metric.name}”以“{metric.unit}”计，登记的是“{claim.unit}”"


def _problems_of_groups(claim: Claim, metric: Metric) -> Iterator[str]:
    if unknown := [name for name in claim.dimensions if name not in metric.dimensions]:
        yield f"指标“{metric.name}”不能按 {'、'.join(unknown)} 分组；可用：{'、'.join(metric.dimensions)}"
    if bool(claim.by) != (claim.statistic is not Statistic.TOTAL):
        yield "by 与 statistic（each、groups、key）应同时填写"
    if (claim.groups is not None) != (claim.statistic is Statistic.EACH):
        yield "statistic 为 each 时应填 groups（应有的组数），否则缺一组也会算相符；其余不填"
    if claim.statistic is Statistic.KEY and len(claim.by) != 1:
        yield "statistic 为 key 时 by 只能有一个维度"
    has_several = any(len(values) > 1 for values in claim.only.values())
    if has_several and isinstance(metric.numerator, Count) and metric.numerator.distinct:
        yield "only 中几个取值的家数不可相加"


def _problems_of_terms(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[str]:
    names = claim.used_claims
    if len(claim.terms) % 2 == 0 or any(
        (term in OPERATIONS) != bool(place % 2) for place, term in enumerate(claim.terms)
    ):
        yield "terms 应为 编号 运算 编号 …，以空格隔开，如 0-09 + 0-10 = 0-04"
        return
    if "=" in claim.terms and claim.terms.index("=") != len(claim.terms) - 2:
        yield "terms 中的 = 只能在最后一个编号之前"
    if unknown := [name for name in names if name not in claims or claims[name].is_text]:
        yield f"terms 用到不能计算的编号 {'、'.join(unknown)}"
    elif any(_leads_to(name, claim.id, claims) for name in names):
        yield "terms 绕回了自己"
    else:
        yield from _problems_of_units(claim, claims)


def _leads_to(name: str, target: str, claims: Mapping[str, Claim]) -> bool:
    open_names, seen = [name], set[str]()
    while open_names:
        current = open_names.pop()
        if current == target:
            return True
        if current in claims and current not in seen:
            seen.add(current)
            open_names += claims[current].used_claims
    return False


def _problems_of_units(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[str]:
    """家 and 家次 are neither added nor taken for a share of each other."""
    units = [claims[name].unit for name in claim.used_claims]
    pairs = list(zip(claim.terms, claim.terms[1:], strict=False))
    if any(sign in ("+", "-", "=") for sign, _ in pairs) and len(set(units)) > 1:
        yield f"terms 中单位不同，不能相加或相等：{'、'.join(units)}"
    if any(sign == "/" and is_claim_id(term) for sign, term in pairs):
        is_share = len(set(units)) == 1
        if is_share != (claim.unit == "%"):
            yield f"{'÷'.join(units)} 的单位应为 {'%' if is_share else '两种单位之比'}，登记的是“{claim.unit}”"
    elif set(units) != {claim.unit}:
        yield f"terms 的单位是 {'、'.join(sorted(set(units)))}，登记的是“{claim.unit}”"
