"""Calls lib.stats with the input of a reference vector and gives back the keys the vector file expects.

One function per vectors file, named after the file: fn(input, case) -> dict. The adapter translates names
and units only; every number comes from lib.stats. Of the expected values only the shape is read: the days
at which a survival curve is asked for, which groups are listed, and whether one limit stands for all
points. None in an input is a missing value, None in a result is a missing result.
"""

import math
import re
from typing import Any

import numpy as np
from scipy.stats import chi2 as chi_squared
from scipy.stats import poisson

from lib.stats import (
    control_charts,
    funnel,
    intervals,
    lift,
    ranks,
    rounding,
    runs,
    standardisation,
    survival,
    xmr,
)
from lib.stats import suppression as hiding
from lib.stats import trend as trends

Case = dict[str, Any]


def plain(value: Any) -> Any:
    """Turn arrays and numpy scalars into lists and Python scalars, NaN into None."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def level_name(confidence: float) -> str:
    """Name a level as the files do: 0.95 -> "95", 0.998 -> "998"."""
    digits = f"{confidence:.10f}".split(".")[1].rstrip("0")
    return digits if len(digits) > 1 else digits + "0"


def levels(data: Case) -> list[float]:
    """Give the confidence levels of an input: a list, one number, or nothing (then 95 % and 99.8 %)."""
    given = data.get("conf", data.get("confidence"))
    if given is None:
        return [0.95, 0.998]
    return [float(value) for value in given] if isinstance(given, list) else [float(given)]


def limits(data: Case, interval: Any, prefix: str = "") -> Case:
    """Collect (lower, upper) for each level, the first level also under the bare names."""
    result: Case = {}
    for position, level in enumerate(levels(data)):
        lower, upper = (plain(bound) for bound in interval(level))
        for name in [level_name(level), *([""] if position == 0 else [])]:
            result[f"{prefix}lower{name}"], result[f"{prefix}upper{name}"] = lower, upper
    return result


def missing(value: Any) -> float:
    """Give NaN for None."""
    return math.nan if value is None else value


def scaled(pair: tuple[Any, Any], factor: float) -> tuple[Any, Any]:
    """Scale a pair of limits."""
    return pair[0] * factor, pair[1] * factor


def wilson(data: Case, case: Case) -> Case:
    """Wilson interval times the multiplier; a missing count is a missing result."""
    factor = data.get("multiplier", 1)
    x, n = data["x"], data["n"]
    if x is None or n is None:
        nothing = limits(data, lambda level: (math.nan, math.nan))
        return {"value": None, **nothing}
    value = x / n * factor if n else None
    return {"value": value, **limits(data, lambda level: scaled(intervals.wilson(x, n, level), factor))}


def newcombe_difference(data: Case, case: Case) -> Case:
    """Difference of two rates."""
    counts = [missing(data[name]) for name in ("x1", "n1", "x2", "n2")]
    difference = intervals.newcombe_difference(*counts)[0]
    interval = limits(data, lambda level: intervals.newcombe_difference(*counts, level)[1:])
    return {"diff": plain(difference), "difference": plain(difference), **interval}


def baseline_points(data: Case) -> list[bool] | None:
    """Give the points that set the centre, from the mask or from exclusions and freeze."""
    if data.get("include") is not None:
        return data["include"]
    if data.get("exclude_1based") is None and data.get("freeze_after") is None:
        return None
    excluded, frozen = data.get("exclude_1based") or [], data.get("freeze_after") or len(data["x"])
    return [position not in excluded and position <= frozen for position in range(1, len(data["x"]) + 1)]


def p_chart(data: Case, case: Case) -> Case:
    """p, p′ (pp), u and u′ (up) charts."""
    kind, _, screening = data["chart"].partition("_")
    draw = control_charts.rate_chart if kind.startswith("u") else control_charts.proportion_chart
    chart = draw(
        [missing(value) for value in data["x"]],
        data["n"],
        prime=kind in ("pp", "up"),
        include=baseline_points(data),
        screen=screening != "unscreened",
    )
    return plain_values(
        centre=chart.centre,
        sigma_z=chart.sigma_z,
        lcl=chart.lower,
        ucl=chart.upper,
        lcl95=chart.lower_warning,
        ucl95=chart.upper_warning,
        sigma_signal=chart.outside,
        runs_signal=runs.runs_analysis(chart.rate, chart.centre).signal,
    )


def plain_values(**values: Any) -> Case:
    """Apply `plain` to every value."""
    return {name: plain(value) for name, value in values.items()}


def positions(value: Any) -> list[int]:
    """Turn 1-based positions (a number, a list or None) into 0-based ones."""
    if value is None:
        return []
    return [int(item) - 1 for item in (value if isinstance(value, list) else [value])]


def xmr_rule(data: Case) -> Case:
    """Apply one rule by its name in the vectors file."""
    rule = data["rule"]
    if rule == "assurance":
        verdict = xmr.assurance(data["target"], data["lpl"], data["upl"], data["improvement_direction"])
        return {"assurance": plain(verdict)}
    flags = {
        "two_in_three": lambda: xmr.two_in_three(data["close"], data["relative_to_mean"]),
        "seven_trend": lambda: abs(xmr.seven_point_trend(data["y"])),
        "seven_one_side": lambda: xmr.seven_on_one_side(data["relative_to_mean"]),
        "part_of_seven": lambda: xmr.part_of_seven(data["flags"]),
        "part_of_two_in_three": lambda: (np.array(data["flags"]) != 0) & (np.abs(data["close"]) == 1),
    }[rule]()
    return {"flags": plain(np.asarray(flags, dtype=int))}


def xmr_flags(data: Case, case: Case) -> Case:
    """XmR chart, or one of its rules. A limit expected as one number stands for every point."""
    if "rule" in data:
        return xmr_rule(data)
    chart = xmr.xmr_chart(
        data["values"],
        screen=data.get("screen_outliers", True),
        fix_after=data.get("fix_after_n_points"),
        rebase_at=positions(data.get("rebase_at_index_1based")),
        improvement=data.get("improvement_direction", "decrease"),
        target=data.get("target"),
    )
    result = plain_values(
        mean=chart.mean,
        lpl=chart.lower,
        upl=chart.upper,
        special_cause_type=chart.special_cause,
        point_type=chart.point_type,
        variation_type=chart.variation,
        assurance_type=chart.assurance,
    )
    for name in ("mean", "lpl", "upl"):
        if not isinstance(case.get("expected", {}).get(name, []), list) and len(set(result[name])) == 1:
            result[name] = result[name][0]
    return result


def runs_analysis(data: Case, case: Case) -> Case:
    """Runs rules, or the table of their limits."""
    if data.get("kind") == "rule_table":
        longest = [runs.longest_run_limit(n) for n in data["n"]]
        return {"longest_run_max": longest, "n_crossings_min": [runs.crossings_limit(n) for n in data["n"]]}
    values = [missing(value) for value in data["y"]]
    centre = data.get("centre")
    result = runs.runs_analysis(values, np.nanmedian(values) if centre is None else centre)
    return {
        "n_obs": result.n_observed,
        "n_useful": result.n_useful,
        "longest_run": result.longest_run,
        "longest_run_max": result.longest_run_max,
        "n_crossings": result.crossings,
        "n_crossings_min": result.crossings_min,
        "runs_signal": result.signal,
    }


def funnel_limits(data: Case, case: Case) -> Case:
    """Limits to draw, and the published flags of proportions and ratios."""
    kind, factor = data["kind"], data.get("multiplier", 1)
    if kind == "exact_binomial_limits":
        return limits(data, lambda level: funnel.exact_limits(data["baseline"], data["n"], level, clip=False))
    if kind == "proportion_limits":
        drawn = limits(
            data, lambda level: scaled(funnel.proportion_limits(data["baseline"], data["n"], level), factor)
        )
        return {"baseline": data["baseline"] * factor, **drawn}
    if kind == "proportion_significance":
        flags = funnel.normal_flags(data["numerator"], data["denominator"], data.get("baseline"))
        return {"significance": plain(flags)}
    if kind == "ratio_significance":
        return {"significance": plain(funnel.ratio_flags(data["observed"], data["expected"]))}
    if kind == "ratio_limits":
        return ratio_limits(data, factor)
    raise ValueError(f"unknown kind {kind!r}")


def ratio_limits(data: Case, factor: float) -> Case:
    """Limits of O/E at a number of observed events, with the expected counts they belong to.

    PHE prints a ratio of counts less 1 and a standardised ratio times 100.
    """
    observed = data["observed"] if "observed" in data else data["observed_events"]
    less, times = {"count": (1.0, 1.0), "isr": (0.0, 100.0)}.get(data.get("ratio_type", ""), (0.0, factor))

    def show(value: Any) -> Any:
        return plain((np.asarray(value) - less) * times)

    result: Case = {}
    for level, old in zip((0.95, 0.998), ("2s", "3s"), strict=True):
        low_e, low, high_e, high = (plain(v) for v in funnel.ratio_limits_at_observed(observed, level))
        name = level_name(level)
        low, high = (show(value) for value in (low, high))
        result |= {f"lower{name}": low, f"upper{name}": high}
        result |= {f"expected_lower{name}": low_e, f"expected_upper{name}": high_e}
        result |= {f"lower_{old}_limit": low, f"upper_{old}_limit": high}
        result |= {f"lower_{old}_exp_events": low_e, f"upper_{old}_exp_events": high_e}
    return result


def summary(values: np.ndarray, statistic: str) -> list[float]:
    """Give the named summaries of a series ("median,min,max")."""
    functions = {"median": np.median, "min": np.min, "max": np.max, "mean": np.mean}
    return [float(functions[name.strip()](values)) for name in statistic.split(",")]


def false_alarms(data: Case) -> Case:
    """False-alarm rates over a grid of E, of our rule and of limits drawn as intervals around E."""
    steps = round((data["expected_to"] - data["expected_from"]) / data["step"])
    grid = data["expected_from"] + np.arange(steps + 1) * data["step"]
    nominal, wanted = data["nominal"], data.get("stat", "median,min,max")
    high, low = funnel.false_alarm_probability(grid, nominal)
    above = chi_squared.ppf(1 - nominal, 2 * (grid + 1)) / 2
    below = chi_squared.ppf(nominal, 2 * grid) / 2
    return {
        "prediction_high": summary(high, wanted),
        "prediction_low": summary(low, wanted),
        "ci_high": summary(poisson.sf(np.floor(above), grid), wanted),
        "ci_low": summary(poisson.cdf(np.ceil(below) - 1, grid), wanted),
    }


def funnel_exact_flags(data: Case, case: Case) -> Case:
    """Exact tails and label of one unit, the multiplicity rule, or the false-alarm property."""
    kind = data["kind"]
    if kind == "false_alarm_property":
        return false_alarms(data)
    if kind == "proportion":
        arguments = (data["x"], data["n"], data["baseline"])
        tails, flags = funnel.exact_tails(*arguments), funnel.exact_flags(*arguments)
    elif kind == "ratio":
        pair = (data["observed"], data["expected_count"])
        tails, flags = funnel.ratio_tails(*pair), funnel.ratio_flags(*pair)
    else:
        return multiple_tests(data)
    return {"p_high": plain(tails[0]), "p_low": plain(tails[1]), "flag": plain(flags)}


def multiple_tests(data: Case) -> Case:
    """Benjamini–Hochberg decisions and adjusted p-values."""
    p_values = [missing(value) for value in data.get("p_values", data.get("p"))]
    reject = plain(funnel.benjamini_hochberg(p_values, data.get("rate", data.get("alpha", 0.05))))
    adjusted = plain(funnel.adjusted_p_values(p_values))
    return {"reject": reject, "rejected": reject, "adjusted": adjusted, "p_adjusted": adjusted}


def totals_by_group(data: Case) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Add up rows of the same group, in order of first appearance."""
    names = list(dict.fromkeys(data["group"]))
    place = {name: index for index, name in enumerate(names)}
    rows = [place[name] for name in data["group"]]
    numerator, denominator = np.zeros(len(names)), np.zeros(len(names))
    np.add.at(numerator, rows, data["numerator"])
    np.add.at(denominator, rows, data["denominator"])
    return names, numerator, denominator


def funnel_overdispersion(data: Case, case: Case) -> Case:
    """phi, tau², target and one row per group that the file lists (all groups if it lists none)."""
    names, numerator, denominator = totals_by_group(data)
    ratio = {"SHMI": "ratio_log", "CQC": "ratio_square_root"}[data.get("sr_method", "SHMI")]
    kind = "proportion" if data["data_type"] == "PR" else ratio
    result = funnel.overdispersion(numerator, denominator, kind, data.get("trim_by", 0.1))
    flags = funnel.overdispersion_flags(result)
    rows = []
    for index, name in enumerate(names):
        row = {"group": name, "numerator": numerator[index], "denominator": denominator[index]}
        drawn = limits(
            {},
            lambda level, at=denominator[index]: funnel.overdispersed_limits(result, at, level, clip=False),
            "od_",
        )
        rows.append(plain_values(**row, z=result.z[index], flag=flags[index]) | drawn)
    listed = [row["group"] for row in case.get("expected", {}).get("rows", [])]
    by_name = {row["group"]: row for row in rows}
    if listed and all(name in by_name for name in listed):
        rows = [by_name[name] for name in listed]
    return {"phi": result.phi, "tau2": result.tau2, "target": result.target, "rows": rows}


def stratum_values(data: Case, name: str) -> list[float]:
    """Give one column of the strata, None as NaN."""
    return [missing(stratum.get(name)) for stratum in data["strata"]]


def isr_byar(data: Case, case: Case) -> Case:
    """Intervals of counts, crude rates, and indirectly standardised ratios and rates."""
    kind, factor = data["kind"], data.get("multiplier", 1)
    if kind == "byar_count":
        return limits(data, lambda level: standardisation.byar(data["observed"], level))
    if kind == "count_ci":
        observed = data["observed"]
        used = limits(data, lambda level: standardisation.count_interval(observed, level))
        exact = limits(data, lambda level: standardisation.exact_count_interval(observed, level), "exact_")
        approximate = limits(data, lambda level: standardisation.byar(observed, level), "byar_")
        return {**used, **exact, **approximate, "method": plain(standardisation.interval_method(observed))}
    if kind == "rate":
        return rate(data, factor)
    if kind in ("isr_rate", "isr_ratio", "isr_ratio_and_rate"):
        return standardised(data, kind, factor)
    raise ValueError(f"unknown kind {kind!r}")


def rate(data: Case, factor: float) -> Case:
    """Crude Poisson rate; a missing count or exposure is a missing result."""
    if data["observed"] is None or data["denominator"] is None:
        return {"value": None, "method": None, **limits(data, lambda level: (math.nan, math.nan))}
    count, base = missing(data["observed"]), data["denominator"]

    def at(level: float) -> tuple[Any, Any]:
        return standardisation.poisson_rate(count, base, level, factor)[1:]

    value = standardisation.poisson_rate(count, base, multiplier=factor)[0]
    return {
        "value": plain(value),
        "method": plain(standardisation.interval_method(count)),
        **limits(data, at),
    }


def standardised(data: Case, kind: str, factor: float) -> Case:
    """O, E, ratio, rate and their limits."""
    observed = float(np.nansum(stratum_values(data, "x")))
    expected = float(
        standardisation.expected_count(
            stratum_values(data, "n"), stratum_values(data, "x_ref"), stratum_values(data, "n_ref")
        )
    )
    reference = data.get("ref_rate_overall")
    if reference is None:
        reference = np.nansum(stratum_values(data, "x_ref")) / np.nansum(stratum_values(data, "n_ref"))
    ratio_factor = factor if kind == "isr_ratio" else 1

    def ratio(level: float = 0.95) -> tuple[Any, ...]:
        return tuple(
            part * ratio_factor for part in standardisation.indirect_ratio(observed, expected, level)
        )

    def as_rate(level: float = 0.95) -> tuple[Any, ...]:
        return standardisation.indirect_rate(observed, expected, reference, level, factor)

    main = ratio if kind == "isr_ratio" else as_rate
    return {
        "observed": observed,
        "expected": expected,
        "value": plain(main()[0]),
        **limits(data, lambda level: main(level)[1:]),
        "ratio": plain(ratio()[0]),
        **limits(data, lambda level: ratio(level)[1:], "ratio_"),
        "rate": plain(as_rate()[0]),
        f"rate_per_{factor:g}": plain(as_rate()[0]),
        **limits(data, lambda level: as_rate(level)[1:], "rate_"),
        "method": plain(standardisation.interval_method(observed)),
        "funnel_significance": plain(funnel.ratio_flags(observed, expected)),
    }


def dsr(data: Case, case: Case) -> Case:
    """Directly standardised rate; the multiplier stands in the name of the statistic."""
    named = re.search(r"per (\d+)", data.get("stat", ""))
    factor = float(data.get("multiplier", named.group(1) if named else 1))
    x, n, weight = (stratum_values(data, name) for name in ("x", "n", "weight"))
    value = standardisation.direct_rate(x, n, weight, multiplier=factor)[0]
    interval = limits(data, lambda level: standardisation.direct_rate(x, n, weight, level, factor)[1:])
    return {"value": plain(value), **interval, "total_count": float(np.nansum(x))}


def rank_uncertainty(data: Case, case: Case) -> Case:
    """Rank sets of estimates, of counts, or the simple draws for rates."""
    coverage, largest = data.get("coverage", 0.95), data.get("rank_1_is", "largest") == "largest"
    if "counts" in data:
        result = ranks.count_rank_interval(
            data["counts"],
            coverage=coverage,
            correction=data.get("correction", "Bonferroni"),
            simultaneous=data.get("simultaneous", True),
        )
    elif "estimate" in data:
        result = ranks.rank_confidence_set(
            data["estimate"],
            data["se"],
            simultaneous=data.get("simultaneous", False),
            coverage=coverage,
            highest_first=largest,
        )
    else:
        result = ranks.rank_interval(data["x"], data["n"], coverage=coverage, highest_first=largest)
    return plain_values(lower_rank=result.lower, rank=result.rank, upper_rank=result.upper)


def trend(data: Case, case: Case) -> Case:
    """Cochran–Armitage, the recent-trend marker, or Mann–Kendall."""
    kind = data["kind"]
    if kind == "cochran_armitage":
        score = data.get("score") or list(range(1, len(data["x"]) + 1))
        test = trends.cochran_armitage(data["x"], data["n"], score)
        return {"chi2": test.chi2, "p": test.p, "T": test.t, "abs_T": abs(test.t)}
    if kind == "fingertips_marker":
        numerator, denominator = ([missing(v) for v in data[name]] for name in ("numerator", "denominator"))
        marker = trends.recent_trend(data["year"], numerator, denominator)
        named = {"recent_trend": marker.trend, "reason": marker.reason}
        return {**named, "chi2": marker.chi2, "gradient": marker.gradient}
    values = next(data[name] for name in ("values", "y", "x") if name in data)
    result = trends.mann_kendall([missing(v) for v in values], data.get("alpha", 0.05))
    named = {"trend": result.trend, "h": result.significant, "p": result.p, "z": result.z, "s": result.s}
    variance = {"var_s": result.variance, "slope": result.slope}
    return {**named, **variance, "Tau": result.tau, "tau": result.tau}


def kaplan_meier(data: Case, case: Case) -> Case:
    """Survival table, medians and the state at given days; or the logrank test."""
    if data.get("kind") == "logrank":
        test = survival.logrank(data["durations"], data["event_observed"], data["group"])
        return {"chi2": test.chi2, "p": test.p}
    level = levels(data)[0]
    result = survival.kaplan_meier(
        data["durations"], data["event_observed"], level, data.get("conf_type") or "log-log"
    )
    table = {
        "time": result.time,
        "n_risk": result.n_risk,
        "n_event": result.n_event,
        "n_censor": result.n_censor,
        "surv": result.survival,
        "lower": result.lower,
        "upper": result.upper,
    }
    counts = {"n": result.n, "events": result.events}
    medians = {"median_R": result.median_midpoint, "median_first": result.median, "median": result.median}
    days = data.get("at")
    if days is not None:
        table["surv"] = [survival.survival_at(result, day)[0] for day in days]
    else:
        days = [row["t"] for row in case.get("expected", {}).get("at", [])]
    return {**plain_values(**table), **counts, **medians, "at": [state_at(result, day) for day in days]}


def state_at(result: survival.KaplanMeier, day: float) -> Case:
    """Give the curve's state on a day."""
    open_share, lower, upper, at_risk = survival.survival_at(result, day)
    names = plain_values(t=day, surv=open_share, lower=lower, upper=upper)
    return {**names, "closed_within": 1 - open_share, "n_at_risk": at_risk}


def rate_ratio_lift(data: Case, case: Case) -> Case:
    """Ratio of two rates."""
    counts = [data[name] for name in ("x1", "n1", "x2", "n2")]

    def at(level: float) -> tuple[Any, Any]:
        result = lift.rate_ratio(*counts, level)
        return result.lower, result.upper

    return {"ratio": lift.rate_ratio(*counts).ratio, **limits(data, at)}


def suppression_counts(data: Case) -> list[float]:
    """Give the counts of a suppression case under any of the names in use."""
    return next(data[name] for name in ("counts", "values", "total_responses", "responses") if name in data)


def cascade_flags(data: Case) -> np.ndarray:
    """Mark the two smallest children of hidden parents; parents come as a list of hidden ones or with
    flags.
    """
    children = next(
        data[name] for name in ("parent_of_child", "child_parent", "child_group", "group") if name in data
    )
    hidden = data.get("hidden_parents")
    if hidden is None:
        parents = next(data[name] for name in ("parent", "parents", "parent_code") if name in data)
        flags = next(
            data[name] for name in ("parent_suppressed", "parent_flag", "suppressed", "flag") if name in data
        )
        hidden = [parent for parent, flag in zip(parents, flags, strict=True) if flag]
    return hiding.cascade(children, data["rank"], hidden)


def suppression(data: Case, case: Case) -> Case:
    """Primary, secondary and cascade hiding, ranks, and the rounded display."""
    kind = data["kind"]
    if "round5" in kind:
        return {"shown": hiding.round_to_five(data["value"])}
    if kind in ("rank", "ranks", "dense_rank"):
        return {"rank": plain(hiding.smallest_ranks(suppression_counts(data), data.get("group")))}
    if "cascade" in kind:
        flag = cascade_flags(data)
    elif kind == "secondary_rank2":
        flag = hiding.secondary_by_rank(data["rank"], data["first_level"], data.get("group"))
    elif "secondary" in kind:
        first = data.get("first_level", data.get("hidden"))
        flag = hiding.secondary(suppression_counts(data), first, data.get("group"))
    else:
        flag = hiding.primary(suppression_counts(data))
    return {"flag": plain(flag.astype(int))}


def domain_published(data: Case, case: Case) -> Case:
    """Published percentage of one row, or the totals of a published table."""
    decimals = data.get("decimals", 2)
    rows = next((data[name] for name in ("rows", "table", "categories") if name in data), None)
    if rows is None and not isinstance(data["x"], list):
        return {"rate_pct": rounding.published_rate(data["x"], data["n"], decimals)}
    pairs = (
        list(zip(data["x"], data["n"], strict=True))
        if rows is None
        else [(row["x"], row["n"]) for row in rows]
    )
    x, n = (sum(column) for column in zip(*pairs, strict=True))
    mean = float(np.mean([100 * failed / tested for failed, tested in pairs if tested]))
    total = {"x": x, "n": n, "sum_x": x, "sum_n": n, "total_x": x, "total_n": n}
    pooled = rounding.published_rate(x, n, decimals)
    rates = dict.fromkeys(("rate_pct", "pooled_pct", "pooled_rate_pct"), pooled)
    shown = rounding.round_half_up(mean, decimals)
    return {**total, **rates, **dict.fromkeys(("mean_of_pct", "mean_of_rates_pct", "mean_rate_pct"), shown)}
