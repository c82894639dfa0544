"""The marts by hand in pandas, from orders and refunds alone: as polars_marts, with the same limits.

Dates are day numbers and months counted through from 1970, money is whole cents, customers are codes: columns
of numbers, on which NumPy does the work. Rows are sorted once by customer and time.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.bench.declared import (
    ACTIVE_DAYS,
    DECLARED,
    GENUINE,
    LADDERS,
    QUALIFYING,
    REGULAR,
    SEGMENTS,
    WINDOWS,
    rungs_by_level,
    rungs_of,
    share,
    steps_on,
)

CENT = Decimal("0.01")
NEVER = 2**30
CAUSES = np.array(["known", "full_refund", "lapse", "return", "purchase"])
Array = np.ndarray[Any, Any]


def write(frame: pd.DataFrame, out: Path, mart: str, dates: str = "", money: str = "") -> None:
    """Write a mart as Parquet; the columns named are day numbers (NEVER is null) or cents (NaN is null)."""
    folder = out / "marts.db" / mart
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for name in frame.columns.intersection(dates.split()):
        days = frame[name].to_numpy()
        column = pa.array(days.astype(np.int32), mask=days == NEVER).cast(pa.date32())
        table = table.set_column(table.column_names.index(name), name, column)
    for name in frame.columns.intersection(money.split()):
        amounts = frame[name].to_numpy()
        unknown = np.isnan(amounts)
        whole = pa.array(np.where(unknown, 0, amounts).astype(np.int64), mask=unknown)
        column = pc.multiply(whole.cast(pa.decimal128(19, 0)), pa.scalar(CENT, pa.decimal128(3, 2)))
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, folder / f"{mart}.parquet", compression="lz4")


def ratio(dividend: Any, divisor: Any) -> Any:  # noqa: ANN401 (series, arrays and numbers alike)
    """A quotient, unknown where the divisor is 0."""
    return dividend / np.where(np.asarray(divisor) == 0, np.nan, divisor)


def month_of(days: Any) -> Array:  # noqa: ANN401
    """The number of the month of day numbers, from 1970 on."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_day(months: Any) -> Array:  # noqa: ANN401
    """The day number of the first of a month."""
    return np.asarray(months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def period_of(grain: str, days: Any) -> Array:  # noqa: ANN401
    """The number of a month or quarter."""
    return month_of(days) // (1 if grain == "month" else 3)


def start(grain: str, periods: Any) -> Array:  # noqa: ANN401
    """The day number of the first day of a month or quarter."""
    return first_day(np.asarray(periods) * (1 if grain == "month" else 3))


def begins(*columns: pd.Series) -> Array:
    """Where one of these sorted columns changes from the row before."""
    changed = np.zeros(len(columns[0]), dtype=bool)
    changed[:1] = True
    for column in columns:
        values = column.to_numpy()
        changed[1:] |= values[1:] != values[:-1]
    return changed


def shifted(values: Any, is_border: Array, fill: Any, by: int = 1) -> Array:  # noqa: ANN401
    """The values of the rows before (or after), and something else at a border between customers."""
    return np.where(is_border, fill, np.roll(np.asarray(values), by))


def running_sum(values: Any, is_first: Array) -> Array:  # noqa: ANN401
    """The sum so far over the rows of a customer."""
    values = np.asarray(values)
    total = np.cumsum(values)
    starts = np.flatnonzero(is_first)
    return total - np.repeat((total - values)[starts], np.diff(np.append(starts, len(values))))


def groups(frame: pd.DataFrame, is_first: Array) -> Any:  # noqa: ANN401
    """Rows that stand one after another, grouped."""
    return frame.groupby(np.cumsum(is_first), sort=False)


def cents(column: pa.ChunkedArray) -> Array:
    """Decimals as whole cents; NaN where unknown."""
    return pc.cast(pc.multiply(column, pa.scalar(100, pa.decimal128(3, 0))), pa.int64()).to_numpy()


def read_orders(folder: Path) -> tuple[pd.DataFrame, int]:
    """Return all genuine orders, sorted by customer and time, with what was refunded, and the as-of day."""
    table = pq.read_table(folder / "orders.parquet")
    moments = table["ordered_at"].to_numpy()
    booked = pd.DataFrame(
        {
            "order_id": table["order_id"].to_pandas(),
            "customer_id": table["customer_id"].to_pandas(),
            "ordered_at": moments,
            "order_day": moments.astype("datetime64[D]").astype(np.int64),
            "status": table["status"].to_pandas().astype("category"),
            "amount": cents(table["amount"]),
            "cost": cents(table["cost"]).astype(float),
        }
    )
    del table
    booked = booked[booked["status"].isin(GENUINE)]
    as_of = int(booked["order_day"].max())
    given = pq.read_table(folder / "refunds.parquet")
    refunds = pd.DataFrame(
        {
            "order_id": given["order_id"].to_pandas(),
            "refunded": cents(given["amount"]),
            "refund_day": given["refunded_at"].to_numpy().astype("datetime64[D]").astype(np.int64),
        }
    )
    refunds = refunds[refunds["refund_day"] <= as_of].groupby("order_id", as_index=False)
    booked = booked.merge(
        refunds.agg({"refunded": "sum", "refund_day": "max"}), on="order_id", how="left", sort=False
    )
    booked["refunded"] = booked["refunded"].fillna(0).astype(np.int64)
    is_over = (booked["amount"] > 0) & (booked["refunded"] >= booked["amount"])
    booked["ends_on"] = booked.pop("refund_day").where(is_over, NEVER).astype(np.int64)
    booked["is_qualifying"] = booked.pop("status").isin(QUALIFYING)
    booked.insert(0, "customer", pd.factorize(booked["customer_id"])[0])
    order = np.lexsort((booked["ordered_at"].to_numpy(), booked["customer"].to_numpy()))
    booked = booked.take(order).reset_index(drop=True)
    return settle_ties(booked), as_of


def settle_ties(booked: pd.DataFrame) -> pd.DataFrame:
    """Order by id what one customer ordered at one moment: to sort all by their texts takes longer."""
    is_tied = booked.duplicated(["customer", "ordered_at"], keep=False)
    tied = booked[is_tied]
    booked[is_tied] = tied.sort_values(["customer", "ordered_at", "order_id"]).set_axis(tied.index)
    return booked


def sold_orders(booked: pd.DataFrame) -> pd.DataFrame:
    """What counts as sold, net of refunds."""
    orders = booked[booked["is_qualifying"] & (booked["ends_on"] == NEVER)]
    orders = orders.drop(columns=["is_qualifying", "ends_on"]).reset_index(drop=True)
    orders["revenue"] = orders.pop("amount") - orders["refunded"]
    orders["margin"] = orders["revenue"] - orders["cost"]
    return orders


def write_orders(orders: pd.DataFrame, out: Path) -> None:
    """The mart orders."""
    mart = orders.drop(columns="customer").rename(
        columns={"order_day": "order_date", "refunded": "refunded_amount"}
    )
    mart["source"] = pd.Categorical.from_codes(np.zeros(len(mart), np.int8), ["orders"])
    for name in ("channel", "store_id", "manager_id"):
        mart[name] = None
    is_first = begins(orders["customer"])
    mart["order_number"] = running_sum(np.ones(len(orders), np.int64), is_first)
    mart["previous_order_date"] = shifted(orders["order_day"], is_first, NEVER)
    mart["next_order_date"] = shifted(orders["order_day"], np.roll(is_first, -1), NEVER, by=-1)
    dates = "order_date previous_order_date next_order_date"
    write(mart, out, "orders", dates=dates, money="revenue cost margin refunded_amount")


def known_sums(frame: pd.DataFrame, is_first: Array, *columns: str) -> dict[str, pd.Series]:
    """Sums that are unknown as soon as a part of them is."""
    sums = groups(frame[list(columns)], is_first).sum(skipna=False)
    return {column: sums[column] for column in columns}


def customer_days(orders: pd.DataFrame) -> pd.DataFrame:
    """What each customer bought on a day."""
    is_first = begins(orders["customer"], orders["order_day"])
    orders["costed_revenue"] = orders["revenue"].where(orders["margin"].notna(), 0)
    orders["costed_margin"] = orders["margin"].fillna(0)
    days = groups(orders, is_first).agg(
        customer=("customer", "first"),
        order_day=("order_day", "first"),
        orders=("customer", "size"),
        revenue=("revenue", "sum"),
        costed_revenue=("costed_revenue", "sum"),
        costed_margin=("costed_margin", "sum"),
        first_order_at=("ordered_at", "first"),
        last_order_at=("ordered_at", "last"),
    )
    return days.assign(**known_sums(orders, is_first, "cost", "margin")).reset_index(drop=True)


def customer_facts(days: pd.DataFrame, names: pd.Series, as_of: int) -> pd.DataFrame:
    """Each customer's purchases in one row (K1)."""
    is_first = begins(days["customer"])
    gap = np.where(is_first, np.nan, days["order_day"].diff())
    days = days.assign(gap=gap, squared_gap=gap * gap)
    by_customer = groups(days, is_first)
    facts = by_customer.agg(
        customer=("customer", "first"),
        first_order_at=("first_order_at", "first"),
        last_order_at=("last_order_at", "last"),
        first_order_date=("order_day", "first"),
        last_order_date=("order_day", "last"),
        orders=("orders", "sum"),
        purchase_days=("customer", "size"),
        revenue=("revenue", "sum"),
        costed_revenue=("costed_revenue", "sum"),
        costed_margin=("costed_margin", "sum"),
        sum_of_gaps=("gap", "sum"),
        sum_of_squares=("squared_gap", "sum"),
        median_gap_days=("gap", "median"),
        max_gap_days=("gap", "max"),
    )
    facts = facts.assign(**known_sums(days, is_first, "cost", "margin")).reset_index(drop=True)
    gaps = facts["purchase_days"] - 1
    sums, squares = facts.pop("sum_of_gaps"), facts.pop("sum_of_squares")
    facts["aov"] = facts["revenue"] / 100 / facts["orders"]
    facts["span_days"] = facts["last_order_date"] - facts["first_order_date"]
    facts["age_days"] = as_of - facts["first_order_date"]
    facts["recency_days"] = as_of - facts["last_order_date"]
    facts["active_months"] = month_of(facts["last_order_date"]) - month_of(facts["first_order_date"]) + 1
    facts["mean_gap_days"] = ratio(sums, gaps)
    facts["std_gap_days"] = ratio(np.sqrt(gaps * squares - sums * sums), gaps)
    facts["is_active"] = facts["recency_days"] < ACTIVE_DAYS
    facts["as_of_date"] = as_of
    facts["customer_id"] = names.reindex(facts["customer"]).to_numpy()
    return facts


def customer_months(days: pd.DataFrame) -> pd.DataFrame:
    """What each customer bought in a month."""
    days = days.assign(month=month_of(days["order_day"]))
    is_first = begins(days["customer"], days["month"])
    months = groups(days, is_first).agg(
        customer=("customer", "first"),
        month=("month", "first"),
        orders=("orders", "sum"),
        revenue=("revenue", "sum"),
        last_day=("order_day", "last"),
    )
    return months.assign(**known_sums(days, is_first, "margin")).reset_index(drop=True)


def periods_of(grain: str, months: pd.DataFrame) -> pd.DataFrame:
    """The months of customers as they are, or their quarters."""
    if grain == "month":
        return months.rename(columns={"month": "period"})
    months = months.assign(period=months["month"] // 3)
    return (
        groups(months, begins(months["customer"], months["period"]))
        .agg(
            customer=("customer", "first"),
            period=("period", "first"),
            orders=("orders", "sum"),
            revenue=("revenue", "sum"),
            last_day=("last_day", "last"),
        )
        .reset_index(drop=True)
    )


def cohort_retention(grain: str, periods: pd.DataFrame, facts: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """The triangle of cohorts and periods, quiet cells too (K2)."""
    cohort = pd.Series(period_of(grain, facts["first_order_date"]), name="cohort")
    departed = cohort.groupby([cohort, period_of(grain, facts["last_order_date"])]).size()
    sizes = cohort.value_counts().sort_index()
    now = int(period_of(grain, as_of))
    of_customer = pd.Series(cohort.to_numpy(), index=facts["customer"].to_numpy())
    keys = [of_customer.reindex(periods["customer"]).to_numpy(), periods["period"].to_numpy()]
    activity = periods.groupby(keys).agg(
        active=("customer", "size"), orders=("orders", "sum"), revenue=("revenue", "sum")
    )
    cells = pd.MultiIndex.from_tuples(
        [(c, p) for c in sizes.index for p in range(c, now + 1)], names=["cohort", "period"]
    )
    mart = activity.reindex(cells, fill_value=0)
    mart["departed"] = departed.reindex(cells, fill_value=0)
    mart = mart.reset_index()
    mart["cohort_size"] = sizes.reindex(mart["cohort"]).to_numpy()
    mart["active_on_or_after"] = mart[::-1].groupby("cohort")["departed"].cumsum()[::-1]
    mart["cum_revenue"] = mart.groupby("cohort")["revenue"].cumsum()
    mart["retention"] = mart["active"] / mart["cohort_size"]
    mart["retention_unbounded"] = mart["active_on_or_after"] / mart["cohort_size"]
    mart["age"] = mart["period"] - mart["cohort"]
    mart["is_complete"] = mart["period"] < int(period_of(grain, as_of + 1))
    mart["cohort"], mart["period"] = start(grain, mart["cohort"]), start(grain, mart["period"])
    mart["period_grain"] = grain
    return mart.drop(columns="departed")


def cohort_retention_age30(days: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Windows of 30 days from each customer's own first day, of those for whom all of it is over (K3)."""
    cohort = month_of(facts["first_order_date"])
    full_windows = ((facts["age_days"] + 1) // 30).to_numpy()
    row = np.repeat(np.arange(len(facts)), facts["purchase_days"])
    window = (days["order_day"].to_numpy() - facts["first_order_date"].to_numpy()[row]) // 30
    seen = pd.DataFrame({"row": row, "window_no": window})
    is_counted = begins(seen["row"], seen["window_no"]) & (window < full_windows[row])
    seen = seen[is_counted]
    active = seen.groupby([cohort[seen["row"]], seen["window_no"].to_numpy()]).size()
    sizes = pd.Series(cohort).value_counts()
    ending = pd.crosstab(cohort, full_windows)
    ending = ending.reindex(columns=range(ending.columns.max() + 1), fill_value=0)
    eligible = ending[ending.columns[::-1]].cumsum(axis=1)[ending.columns].shift(-1, axis=1)
    mart = eligible.rename_axis(index="cohort", columns="window_no").stack().rename("eligible")
    mart = mart[mart > 0].astype(np.int64).to_frame()
    mart["active"] = active.reindex(mart.index, fill_value=0)
    mart = mart.reset_index()
    mart["cohort_size"] = sizes.reindex(mart["cohort"]).to_numpy()
    mart["retention"] = mart["active"] / mart["eligible"]
    mart["is_full"] = mart["eligible"] == mart["cohort_size"]
    mart["cohort"] = first_day(mart["cohort"])
    return mart


def customer_retention(
    grain: str, window: int | None, periods: pd.DataFrame, first: int, as_of: int
) -> pd.DataFrame:
    """Who was active at the start and at the end of every complete period, and who came and went (K4, K5)."""
    is_first = begins(periods["customer"])
    is_last = np.roll(is_first, -1)
    number = periods["period"].to_numpy()
    through = number if window is None else period_of(grain, periods["last_day"] + window) - 1
    was_active = shifted(through, is_first, -1) >= number - 1
    is_active = through >= number
    runs_out = is_active & (through + 1 < shifted(number, is_last, NEVER, by=-1))
    begin, end = int(period_of(grain, first)), int(period_of(grain, as_of + 1))

    def count(numbers: Array) -> Array:
        return np.bincount(numbers[numbers < end] - begin, minlength=end - begin)

    mart = pd.DataFrame({"period": np.arange(begin, end)})
    mart["n_new"] = count(number[is_first])
    mart["n_new_active_end"] = count(number[is_first & is_active])
    mart["reactivated"] = count(number[~is_first & ~was_active & is_active])
    mart["lost"] = count(number[was_active & ~is_active]) + count(through[runs_out] + 1)
    mart["e_end"] = (mart["n_new_active_end"] + mart["reactivated"] - mart["lost"]).cumsum()
    mart["retained"] = mart["e_end"] - mart["n_new_active_end"] - mart["reactivated"]
    mart["s_start"] = mart["retained"] + mart["lost"]
    mart["crr_formula"] = ratio(mart["e_end"] - mart["n_new"], mart["s_start"])
    mart["crr_adjusted"] = ratio(mart["e_end"] - mart["n_new_active_end"], mart["s_start"])
    mart["crr_strict"] = ratio(mart["retained"], mart["s_start"])
    mart["churn"] = ratio(mart["lost"], mart["s_start"])
    looks_back = start(grain, mart["period"] - 1) if window is None else start(grain, mart["period"]) - window
    mart["left_censored"] = looks_back < first
    mart["period"] = start(grain, mart["period"])
    mart["period_grain"] = grain
    mart["window_days"] = pd.array([window] * len(mart), dtype="Int32")
    return mart


def customer_ltv(facts: pd.DataFrame) -> pd.DataFrame:
    """S x C x P x T of each customer (K9)."""
    mart = pd.DataFrame({"customer_id": facts["customer_id"], "avg_check": facts["aov"]})
    mart["purchases_per_month"] = facts["orders"] / facts["active_months"]
    mart["margin_rate"] = (facts["costed_margin"] / facts["costed_revenue"]).where(
        facts["costed_revenue"] > 0
    )
    mart["lifetime_months"] = facts["active_months"].astype(float)
    mart["ltv_formula"] = mart.drop(columns="customer_id").prod(axis=1, skipna=False)
    mart["historic_margin"] = facts["margin"]
    return mart


def ltv_summary(facts: pd.DataFrame, retention: pd.DataFrame) -> pd.DataFrame:
    """The same of the shop, with the lifetime that retention promises (K9)."""
    of_month = retention[
        (retention["period_grain"] == "month")
        & (retention["window_days"] == ACTIVE_DAYS)
        & ~retention["left_censored"]
    ]
    totals = facts[["orders", "active_months", "revenue", "costed_revenue", "costed_margin"]].sum()
    mart = pd.DataFrame({"customers": [len(facts)]})
    mart["avg_check"] = ratio(totals["revenue"] / 100, totals["orders"])
    mart["purchases_per_month"] = ratio(totals["orders"], totals["active_months"])
    is_costed = totals["costed_revenue"] > 0
    mart["margin_rate"] = totals["costed_margin"] / totals["costed_revenue"] if is_costed else np.nan
    mart["lifetime_months"] = totals["active_months"] / len(facts)
    mart["mean_historic_margin"] = facts["margin"].sum(skipna=False) / 100 / len(facts)
    mart["crr_month"] = ratio(of_month["retained"].sum(), of_month["s_start"].sum())
    mart["lifetime_months_projected"] = ratio(1.0, 1 - mart["crr_month"])
    per_month = mart["avg_check"] * mart["purchases_per_month"] * mart["margin_rate"]
    mart["ltv_formula"] = per_month * mart["lifetime_months"]
    mart["ltv_projected"] = per_month * mart["lifetime_months_projected"]
    mart["cost_coverage"] = totals["costed_revenue"] / totals["revenue"] if totals["revenue"] else 0.0
    return mart


def xyz(mart: pd.DataFrame, x_cut: float, y_cut: float) -> Array:
    """The class of a coefficient of variation by two cuts."""
    conditions = [mart["reason"].notna(), mart["cv"] <= x_cut, mart["cv"] <= y_cut]
    return np.select(conditions, ["N", "X", "Y"], "Z")


def abc_xyz_customers(months: pd.DataFrame, facts: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """Who earns the revenue, and how steadily (K6, K7). Equals share their rank and their sums."""
    last = int(month_of(as_of + 1)) - 1
    observed = months[(months["month"] > last - DECLARED["xyz_months"]) & (months["month"] <= last)]
    observed = observed.assign(squares=observed["revenue"] ** 2)
    observed = observed.groupby("customer", sort=False).agg(
        active_months=("month", "size"), observed=("revenue", "sum"), squares=("squares", "sum")
    )
    mart = facts[["customer", "customer_id", "revenue", "first_order_date"]]
    mart = mart.join(observed, on="customer").sort_values("revenue", ascending=False, ignore_index=True)
    counts = ["active_months", "observed", "squares"]
    mart[counts] = mart[counts].fillna(0).astype(np.int64)
    starts = np.flatnonzero(begins(mart["revenue"]))
    sizes = np.diff(np.append(starts, len(mart)))
    so_far = np.append(0, mart["revenue"].clip(lower=0).cumsum())
    total = so_far[-1]
    larger = np.repeat(so_far[starts], sizes)
    mart["revenue_rank"] = np.repeat(starts + 1, sizes)
    mart["prefix_share"] = ratio(larger, total)
    mart["cum_share"] = ratio(np.repeat(so_far[starts + sizes], sizes), total)
    mart["n_months"] = np.clip(last - month_of(mart["first_order_date"]) + 1, 0, DECLARED["xyz_months"])
    conditions = [
        mart["n_months"] < DECLARED["xyz_min_months"],
        mart["active_months"] == 0,
        mart["observed"] <= 0,
    ]
    reason = np.select(conditions, ["short_history", "no_purchases", "no_revenue"], "")
    mart["reason"] = pd.Series(reason, dtype="str").where(reason != "")
    spread = np.maximum(mart["n_months"] * mart["squares"] - mart["observed"] ** 2, 0)
    mart["cv"] = np.round(ratio(np.sqrt(spread), mart["observed"]), 12)
    conditions = [
        mart["revenue"] <= 0,
        larger * 10000 < share("abc_a_share") * total,
        larger * 10000 < share("abc_b_share") * total,
    ]
    mart["abc"] = np.select(conditions, ["C", "A", "B"], "C")
    mart["xyz"] = xyz(mart, DECLARED["xyz_x_cv"], DECLARED["xyz_y_cv"])
    mart["xyz_retail"] = xyz(mart, DECLARED["xyz_retail_x_cv"], DECLARED["xyz_retail_y_cv"])
    mart["cv"] = mart["cv"].where(mart["reason"].isna())
    mart["abc_xyz"] = mart["abc"] + mart["xyz"]
    mart["is_target"] = mart["abc_xyz"].isin(DECLARED["target_classes"])
    return mart.drop(columns=["customer", "first_order_date", "observed", "squares"])


def rfm_customers(facts: pd.DataFrame) -> pd.DataFrame:
    """Scores that count the strictly worse (K8)."""
    mart = facts[["customer_id", "recency_days", "orders", "revenue"]].rename(
        columns={"orders": "frequency", "revenue": "monetary"}
    )
    code = np.zeros(len(mart), np.int64)
    for score, column, ascending in (
        ("r_score", "recency_days", False),
        ("f_score", "frequency", True),
        ("m_score", "monetary", True),
    ):
        worse = mart[column].rank(method="min", ascending=ascending).astype(np.int64) - 1
        mart[score] = 1 + 5 * worse // len(mart)
        code = code * 10 + mart[score]
    segments = pd.read_csv(SEGMENTS, index_col="rfm")["segment"]
    mart["segment"] = code.map(segments)
    mart["rfm"] = code.astype(str)
    return mart


def concentration(facts: pd.DataFrame) -> pd.DataFrame:
    """How much rests on how few (K10)."""
    is_regular = (facts["purchase_days"] >= REGULAR) & facts["is_active"]
    rows: list[dict[str, Any]] = []
    for population, members in (("all", facts), ("regular", facts[is_regular])):
        for measure in ("revenue", "margin"):
            row: dict[str, Any] = {"population": population, "measure": measure, "customers": len(members)}
            rows.append(row)
            amounts = members[measure].clip(lower=0).to_numpy()
            if not len(amounts) or np.isnan(amounts).any():
                continue
            from_top = np.sort(amounts)[::-1].astype(np.int64)
            so_far, customers = np.cumsum(from_top), len(from_top)
            total, top = so_far[-1], -(-customers * share("top_customers_share") // 10000)
            ranked = (np.arange(customers, 0, -1, dtype=float) * from_top).sum()
            row["total"], row["top_20pct_customers"] = total, top
            if total > 0:
                row["gini"] = (2 * ranked - (customers + 1.0) * total) / (float(customers) * total)
                row["top_20pct_share"] = so_far[top - 1] / total
                enough = 1 + int(np.argmax(so_far * 10000 >= share("top_total_share") * total))
                row["customers_for_80pct"], row["customers_for_80pct_share"] = enough, enough / customers
    columns = "total gini top_20pct_customers top_20pct_share customers_for_80pct customers_for_80pct_share"
    return pd.DataFrame(rows, columns=["population", "measure", "customers", *columns.split()])


def occasions(booked: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The days on which occasions began, how long each keeps its customer active, and where that ends."""
    refunded = booked[
        booked["is_qualifying"] & (booked["ends_on"] != NEVER) & (booked["ends_on"] > booked["order_day"])
    ]
    refunded = refunded.groupby(["customer", "order_day"], as_index=False)["ends_on"].max()
    lasting = days[["customer", "order_day"]].assign(ends_on=NEVER)
    key = days["customer"].to_numpy() * 2**20 + days["order_day"].to_numpy()
    wanted = refunded["customer"].to_numpy() * 2**20 + refunded["order_day"].to_numpy()
    is_new = key[np.minimum(np.searchsorted(key, wanted), len(key) - 1)] != wanted
    happened = pd.concat([lasting, refunded[is_new]])
    order = np.argsort(np.concatenate([key, wanted[is_new]]), kind="stable")
    happened = happened.take(order).reset_index(drop=True)
    customer, day = happened["customer"].to_numpy(), happened["order_day"].to_numpy()
    is_first = begins(happened["customer"])
    until = np.minimum(day + ACTIVE_DAYS, happened["ends_on"])
    # Customers ascend, so their dates are above all dates of those before.
    carried = np.maximum.accumulate(customer * 2**20 + until.to_numpy()) - customer * 2**20
    happened["is_arrival"] = day > shifted(carried, is_first, -1)
    happened["lapses_on"] = np.where(
        shifted(day, np.roll(is_first, -1), NEVER, by=-1) > carried, carried, NEVER
    )
    happened["number"] = running_sum(np.ones(len(day), np.int64), is_first)
    return happened


def ladder_states(booked: pd.DataFrame, happened: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """What is true of everyone since when, as one level: known, bought once, bought again, regular (K12)."""
    refunds = happened[happened["ends_on"] != NEVER]
    arrivals = happened[
        happened["is_arrival"]
        | (happened["number"] <= REGULAR)
        | happened["customer"].isin(refunds["customer"])
    ]
    lapses = happened[happened["lapses_on"] <= as_of]
    known = booked[begins(booked["customer"])]
    zero, one = np.int64(0), np.int64(1)
    parts = [
        (known["customer"], known["order_day"], zero, zero),
        (arrivals["customer"], arrivals["order_day"], one, arrivals["is_arrival"].astype(np.int64)),
        (lapses["customer"], lapses["lapses_on"], zero, -one),
        (refunds["customer"], refunds["ends_on"], -one, zero),
    ]
    changes = pd.concat(
        pd.DataFrame({"key": customer * 2**20 + day, "bought": bought, "activity": activity})
        for customer, day, bought, activity in parts
    )
    changes = changes.groupby("key", as_index=False).sum()
    changes["customer"], changes["day"] = changes["key"] // 2**20, changes.pop("key") % 2**20
    is_first = begins(changes["customer"])
    bought, active = running_sum(changes["bought"], is_first), running_sum(changes["activity"], is_first)
    had = np.minimum(bought - changes["bought"], REGULAR)
    changes["was_active"] = active - changes.pop("activity") > 0
    changes["occasions"] = np.minimum(bought, REGULAR)
    changes["is_active"] = active > 0
    conditions = [
        is_first,
        changes["occasions"] < had,
        changes["was_active"] & ~changes["is_active"],
        changes["is_active"] & ~changes["was_active"] & (had > 0),
    ]
    changes["cause"] = np.select(conditions, [0, 1, 2, 3], 4).astype(np.int8)
    is_turn = is_first | (changes["occasions"] != had) | (changes["is_active"] != changes["was_active"])
    states = changes.drop(columns="bought")[is_turn].reset_index(drop=True)
    is_regular = (states["occasions"] >= REGULAR) & states["is_active"]
    states["level"] = np.where(is_regular, 3, np.minimum(states["occasions"], 2))
    states["level_before"] = shifted(states["level"], begins(states["customer"]), -1)
    return states


def looked_up(of_level: dict[int, int], levels: pd.Series) -> Array:
    """What a level stands for."""
    return np.array([of_level[level] for level in range(-1, 4)])[levels.to_numpy() + 1]


def moves_on(ladder: str, states: pd.DataFrame) -> pd.DataFrame:
    """The changes of rung on one ladder, each with the day of the next."""
    rung_of = rungs_by_level(ladder)
    reached, previous = looked_up(rung_of, states["level"]), looked_up(rung_of, states["level_before"])
    moves = states.assign(reached=reached)[reached != previous].reset_index(drop=True)
    is_last = np.roll(begins(moves["customer"]), -1)
    moves["until"] = shifted(moves["day"], is_last, NEVER, by=-1)
    return moves


def history_on(ladder: str, moves: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The stays on the rungs of a ladder."""
    steps = pd.DataFrame(steps_on(ladder))
    stays = moves.merge(steps, on=["level_before", "level"])
    stays["valid_to"] = np.where(stays["is_imputed"], stays["day"], stays["until"])
    stays["rule_id"] = stays["rule"].fillna(pd.Series(CAUSES[stays["cause"]], index=stays.index))
    stays["customer_id"] = names.reindex(stays["customer"]).to_numpy()
    stays["ladder"] = pd.Categorical.from_codes(np.zeros(len(stays), np.int8), [ladder])
    columns = "ladder customer_id rung_no rung day valid_to rule_id direction is_imputed"
    return stays[columns.split()].rename(columns={"day": "valid_from"})


def customer_lives(states: pd.DataFrame) -> pd.DataFrame:
    """How far everyone has come, and whether they are active."""
    is_first = begins(states["customer"])
    lives = groups(states.assign(returned=states["cause"] == 3), is_first).agg(
        customer=("customer", "first"),
        occasions=("occasions", "last"),
        is_active=("is_active", "last"),
        highest=("level", "max"),
        has_returned=("returned", "any"),
    )
    conditions = [lives["occasions"] == 0, ~lives["is_active"], lives["has_returned"]]
    lives["activity"] = np.select(conditions, ["never_bought", "lapsed", "returned"], "active")
    return lives.set_index("customer")[["highest", "activity"]]


def stages_on(
    ladder: str, moves: pd.DataFrame, lives: pd.DataFrame, names: pd.Series, as_of: int
) -> pd.DataFrame:
    """Where everyone stands on a ladder."""
    rungs = rungs_of(ladder)
    open_stays = moves[(moves["until"] == NEVER) & moves["reached"].isin(rungs)]
    stages = open_stays[["customer", "reached", "day"]].join(lives, on="customer")
    stages["rung"] = stages["reached"].map(rungs)
    stages["highest_rung_ever"] = pd.Series(
        looked_up(rungs_by_level(ladder), stages["highest"]), stages.index
    ).map(rungs)
    stages["customer_id"] = names.reindex(stages.pop("customer")).to_numpy()
    stages["ladder"] = pd.Categorical.from_codes(np.zeros(len(stages), np.int8), [ladder])
    stages = stages.drop(columns="highest").rename(columns={"reached": "rung_no", "day": "since"})
    nothing = pd.array([None] * len(stages), dtype="boolean")
    return stages.assign(
        turn_no=1,
        evidence="no_data",
        wallet_known=False,
        is_only_us=nothing,
        pays_premium=nothing,
        has_recommended=nothing,
        as_of_date=as_of,
    )


def ladder_transitions(states: pd.DataFrame, calendar: range) -> pd.DataFrame:
    """How many changed from rung to rung in each month, and how many did not."""
    states = states.assign(month=month_of(states["day"]))
    changed = groups(states, begins(states["customer"], states["month"])).agg(
        month=("month", "first"),
        level_before=("level_before", "first"),
        level=("level", "last"),
        was_active=("was_active", "first"),
        is_active=("is_active", "last"),
    )
    changed["lapsed"] = changed["was_active"] & ~changed["is_active"]
    by_level = changed.groupby(["month", "level_before", "level", "lapsed"]).size().rename("customers")
    return pd.concat(
        [transitions_on(ladder, by_level.reset_index(), calendar) for ladder in LADDERS], ignore_index=True
    )


def transitions_on(ladder: str, by_level: pd.DataFrame, calendar: range) -> pd.DataFrame:
    """The transitions of one ladder; by now a few thousand rows."""
    names, rung_of = rungs_of(ladder), rungs_by_level(ladder)
    rungs = {min(names) - 1: "not on the ladder"} | names
    moves = by_level.assign(
        from_no=looked_up(rung_of, by_level["level_before"]), to_no=looked_up(rung_of, by_level["level"])
    )
    is_lapse = moves["lapsed"] & moves["to_no"].isin(names)
    moves = moves[(moves["from_no"] != moves["to_no"]) | is_lapse]
    moves = moves.groupby(["month", "from_no", "to_no"], as_index=False)["customers"].sum()
    stays = moves["from_no"] == moves["to_no"]
    moves["from_rung"] = moves["from_no"].map(rungs)
    moves["to_rung"] = moves["to_no"].map(rungs).where(~stays, "lapsed")
    cells = pd.MultiIndex.from_product([names.values(), calendar], names=["from_rung", "month"])
    gone = moves.groupby(["from_rung", "month"])["customers"].sum().reindex(cells, fill_value=0)
    left = moves[~stays].groupby(["from_rung", "month"])["customers"].sum().reindex(cells, fill_value=0)
    came = moves.groupby(["to_rung", "month"])["customers"].sum().reindex(cells, fill_value=0)
    gained = came - left
    unchanged = (gained.groupby("from_rung").cumsum() - gained - gone).rename("customers").reset_index()
    unchanged = unchanged[unchanged["customers"] > 0].assign(to_rung="no change")
    columns = ["month", "from_rung", "to_rung", "customers"]
    mart = pd.concat([moves[columns], unchanged[columns]], ignore_index=True)
    mart["share"] = mart["customers"] / mart.groupby(["month", "from_rung"])["customers"].transform("sum")
    return mart.assign(ladder=ladder)


def ladder_distribution(
    states: pd.DataFrame, months: pd.DataFrame, transitions: pd.DataFrame, calendar: range, as_of: int
) -> pd.DataFrame:
    """How many stand on each rung at the end of each month, and what they bought in it."""
    # The state at the end of a month is the last one begun by then.
    begun = states["customer"].to_numpy() * 2**20 + month_of(states["day"])
    wanted = months["customer"].to_numpy() * 2**20 + months["month"].to_numpy()
    level = states["level"].to_numpy()[np.searchsorted(begun, wanted, side="right") - 1]
    by_level = months[["revenue", "margin"]].groupby([months["month"].to_numpy(), level]).sum(skipna=False)
    by_level = by_level.rename_axis(["month", "level"]).reset_index()
    stays = transitions["to_rung"].isin(["no change", "lapsed"])
    rung = transitions["from_rung"].where(stays, transitions["to_rung"])
    standing = transitions.groupby(["ladder", rung, "month"])["customers"].sum()
    marts = []
    for ladder in LADDERS:
        names = rungs_of(ladder)
        sold = by_level.assign(rung_no=looked_up(rungs_by_level(ladder), by_level["level"]))
        sold = sold.groupby(["rung_no", "month"])[["revenue", "margin"]].sum(skipna=False)
        cells = pd.MultiIndex.from_product([names, calendar], names=["rung_no", "month"])
        mart = sold.reindex(cells, fill_value=0).reset_index()
        mart["ladder"], mart["rung"] = ladder, mart["rung_no"].map(names)
        keys = pd.MultiIndex.from_frame(mart[["ladder", "rung", "month"]])
        mart["customers"] = standing.reindex(keys, fill_value=0).to_numpy()
        mart["share_of_customers"] = ratio(
            mart["customers"], mart.groupby("month")["customers"].transform("sum")
        )
        marts.append(mart)
    mart = pd.concat(marts, ignore_index=True)
    mart["is_complete"] = mart["month"] < int(month_of(as_of + 1))
    return mart.assign(month=first_day(mart["month"]))


def make_marts(folder: Path, out: Path) -> None:
    """Write all marts of orders.parquet and refunds.parquet as Parquet.

    Args:
        folder: the folder of the two files.
        out: the folder to write to.
    """
    booked, as_of = read_orders(folder)
    names = booked.drop_duplicates("customer").set_index("customer")["customer_id"]
    orders = sold_orders(booked)
    booked = booked[["customer", "order_day", "is_qualifying", "ends_on"]]
    write_orders(orders, out)
    days = customer_days(orders)
    first = int(orders["order_day"].min())
    del orders
    facts = customer_facts(days, names, as_of)
    write(
        facts.drop(columns="customer"),
        out,
        "customer_facts",
        dates="first_order_date last_order_date as_of_date",
        money="revenue cost margin costed_revenue costed_margin",
    )
    months = customer_months(days)

    cohorts, balances = [], []
    for grain in ("month", "quarter"):
        periods = periods_of(grain, months)
        cohorts.append(cohort_retention(grain, periods, facts, as_of))
        balances += [customer_retention(grain, window, periods, first, as_of) for window in WINDOWS]
    retention = pd.concat(balances)
    write(pd.concat(cohorts), out, "cohort_retention", dates="cohort period", money="revenue cum_revenue")
    write(retention, out, "customer_retention", dates="period")
    write(cohort_retention_age30(days, facts), out, "cohort_retention_age30", dates="cohort")
    write(customer_ltv(facts), out, "customer_ltv", money="historic_margin")
    write(ltv_summary(facts, retention), out, "ltv_summary")
    write(abc_xyz_customers(months, facts, as_of), out, "abc_xyz_customers", money="revenue")
    write(rfm_customers(facts), out, "rfm_customers", money="monetary")
    write(concentration(facts), out, "concentration", money="total")
    del facts

    states = ladder_states(booked, occasions(booked, days), as_of)
    calendar = range(int(month_of(booked["order_day"].min())), int(month_of(as_of)) + 1)
    del booked, days
    lives, history, stages = customer_lives(states), [], []
    for ladder in LADDERS:
        moves = moves_on(ladder, states)
        history.append(history_on(ladder, moves, names))
        stages.append(stages_on(ladder, moves, lives, names, as_of))
    write(pd.concat(history), out, "ladder_history", dates="valid_from valid_to")
    write(pd.concat(stages), out, "ladder_stages", dates="since as_of_date")
    transitions = ladder_transitions(states, calendar)
    write(transitions.assign(month=first_day(transitions["month"])), out, "ladder_transitions", dates="month")
    distribution = ladder_distribution(states, months, transitions, calendar, as_of)
    write(distribution, out, "ladder_distribution", dates="month", money="revenue margin")


if __name__ == "__main__":
    make_marts(Path(sys.argv[1]), Path(sys.argv[2]))
