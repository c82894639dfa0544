"""The marts by hand in Polars, from orders and refunds alone: a fast program beside the models.

It knows clean files with orders and refunds and nothing else: no rows to quarantine, no people with two ids,
no evidence beyond orders on the ladders. Its orders are sorted once by customer and time; all that follows is
done on sorted columns, where the neighbours of a row are those of its customer. Money is whole cents until it
is written.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from scripts.bench.declared import (
    ACTIVE_DAYS,
    DECLARED,
    GENUINE,
    LADDERS,
    QUALIFYING,
    REGULAR,
    SEGMENTS,
    WINDOWS,
    Step,
    rungs_by_level,
    rungs_of,
    share,
    steps_on,
)

CENT = pl.lit(Decimal("0.01"))
NEW_CUSTOMER = pl.col("customer").ne_missing(pl.col("customer").shift())


def write(frame: pl.DataFrame | pl.LazyFrame, out: Path, mart: str) -> None:
    """Write a mart as Parquet, streaming what is still to be computed."""
    folder = out / "marts.db" / mart
    folder.mkdir(parents=True, exist_ok=True)
    frame.lazy().sink_parquet(folder / f"{mart}.parquet", compression="lz4", engine="streaming")


def cents(column: str) -> pl.Expr:
    """Money as whole cents."""
    return pl.col(column).to_physical().cast(pl.Int64)


def money(column: str, name: str | None = None) -> pl.Expr:
    """Cents as the decimals they stand for."""
    return (pl.col(column).cast(pl.Decimal(38, 0)) * CENT).cast(pl.Decimal(28, 2)).alias(name or column)


def known_sum(column: str) -> pl.Expr:
    """A sum that is null as soon as a part of it is."""
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()).alias(column)


def ratio(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """A quotient, null where the divisor is 0."""
    return dividend / pl.when(divisor != 0).then(divisor)


def before(expression: pl.Expr) -> pl.Expr:
    """The value of the row before of the same customer."""
    return pl.when(~NEW_CUSTOMER).then(expression.shift())


def after(expression: pl.Expr) -> pl.Expr:
    """The value of the next row of the same customer."""
    return pl.when(pl.col("customer") == pl.col("customer").shift(-1)).then(expression.shift(-1))


def running_sum(expression: pl.Expr) -> pl.Expr:
    """The sum so far over the rows of a customer: that of all rows, less that before the customer."""
    total = expression.cum_sum()
    return total - pl.when(NEW_CUSTOMER).then(total - expression).forward_fill()


def running_max(day: pl.Expr) -> pl.Expr:
    """The latest date of a customer so far: customers ascend, so theirs are above those before."""
    key = pl.col("customer").cast(pl.Int64) * 2**20 + day.to_physical()
    return (key.cum_max() % 2**20).cast(pl.Int32).cast(pl.Date)


def period(grain: str, day: pl.Expr) -> pl.Expr:
    """The number of a month or quarter, counted through."""
    months = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1
    return months if grain == "month" else months // 3


def start(grain: str, number: str) -> pl.Expr:
    """The first day of a month or quarter."""
    months = pl.col(number) * (1 if grain == "month" else 3)
    return pl.date(months // 12, months % 12 + 1, 1)


def read_orders(folder: Path) -> tuple[pl.DataFrame, dt.date]:
    """Return all genuine orders, sorted by customer and time, with what was refunded, and the as-of date."""
    orders = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("status").is_in(GENUINE))
        .select(
            "order_id",
            pl.col("customer_id").cast(pl.Categorical),
            "ordered_at",
            pl.col("ordered_at").dt.date().alias("order_date"),
            pl.col("status").is_in(QUALIFYING).alias("is_qualifying"),
            cents("amount").alias("amount"),
            cents("cost").alias("cost"),
        )
        .with_columns(pl.col("customer_id").to_physical().alias("customer"))
        .collect()
    )
    as_of: Any = orders["order_date"].max()
    refunds = (
        pl.scan_parquet(folder / "refunds.parquet")
        .select("order_id", cents("amount").alias("refunded"), pl.col("refunded_at").dt.date().alias("day"))
        .filter(pl.col("day") <= as_of)
        .group_by("order_id")
        .agg(pl.col("refunded").sum(), pl.col("day").max().alias("refunded_on"))
    )
    booked = (
        orders.lazy()
        .join(refunds, on="order_id", how="left")
        .with_columns(
            pl.col("refunded").fill_null(0),
            pl.when((pl.col("amount") > 0) & (pl.col("refunded") >= pl.col("amount")))
            .then("refunded_on")
            .alias("ends_on"),
        )
        .drop("refunded_on")
        .collect(engine="streaming")
    )
    return booked.sort("customer", "ordered_at", "order_id").set_sorted("customer"), as_of


def sold_orders(booked: pl.DataFrame) -> pl.DataFrame:
    """What counts as sold, net of refunds."""
    return (
        booked.lazy()
        .filter("is_qualifying", pl.col("ends_on").is_null())
        .with_columns(
            (pl.col("amount") - pl.col("refunded")).alias("revenue"),
            (pl.col("amount") - pl.col("refunded") - pl.col("cost")).alias("margin"),
        )
        .drop("is_qualifying", "ends_on", "amount")
        .collect()
    )


def write_orders(orders: pl.DataFrame, out: Path) -> None:
    """The mart orders."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    numbered = orders.lazy().select(
        "order_id",
        pl.lit("orders").alias("source"),
        "customer_id",
        "ordered_at",
        "order_date",
        *(pl.lit(None, pl.String).alias(name) for name in ("channel", "store_id", "manager_id")),
        money("revenue"),
        money("cost"),
        money("margin"),
        money("refunded", "refunded_amount"),
        (row - pl.when(NEW_CUSTOMER).then(row).forward_fill() + 1).alias("order_number"),
    )
    write(numbered, out, "orders")


def customer_days(orders: pl.DataFrame) -> pl.DataFrame:
    """What each customer bought on a day."""
    return (
        orders.lazy()
        .with_columns(
            (NEW_CUSTOMER | (pl.col("order_date") != pl.col("order_date").shift())).cum_sum().alias("day")
        )
        .set_sorted("day")
        .group_by("day", maintain_order=True)
        .agg(
            pl.col("customer", "customer_id", "order_date").first(),
            pl.len().cast(pl.Int64).alias("orders"),
            pl.col("revenue").sum(),
            known_sum("cost"),
            known_sum("margin"),
            pl.col("revenue").filter(pl.col("margin").is_not_null()).sum().alias("costed_revenue"),
            pl.col("margin").sum().alias("costed_margin"),
            pl.col("ordered_at").first().alias("first_order_at"),
            pl.col("ordered_at").last().alias("last_order_at"),
        )
        .drop("day")
        .collect()
    )


def customer_facts(days: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Each customer's purchases in one row (K1)."""
    return (
        days.lazy()
        .with_columns(
            pl.when(~NEW_CUSTOMER)
            .then((pl.col("order_date") - pl.col("order_date").shift()).dt.total_days())
            .alias("gap")
        )
        .group_by("customer", maintain_order=True)
        .agg(
            pl.col("customer_id").first(),
            pl.col("first_order_at").first(),
            pl.col("last_order_at").last(),
            pl.col("order_date").first().alias("first_order_date"),
            pl.col("order_date").last().alias("last_order_date"),
            pl.col("orders").sum(),
            pl.len().cast(pl.Int64).alias("purchase_days"),
            pl.col("revenue").sum(),
            known_sum("cost"),
            known_sum("margin"),
            pl.col("costed_revenue", "costed_margin").sum(),
            pl.col("gap").sum().alias("sum_of_gaps"),
            pl.col("gap").pow(2).sum().alias("sum_of_squares"),
            pl.col("gap").median().alias("median_gap_days"),
            pl.col("gap").max().alias("max_gap_days"),
        )
        .with_columns(
            pl.lit(as_of).alias("as_of_date"),
            (pl.col("last_order_date") - pl.col("first_order_date")).dt.total_days().alias("span_days"),
            (as_of - pl.col("first_order_date")).dt.total_days().alias("age_days"),
            (as_of - pl.col("last_order_date")).dt.total_days().alias("recency_days"),
            (
                period("month", pl.col("last_order_date")) - period("month", pl.col("first_order_date")) + 1
            ).alias("active_months"),
            (pl.col("purchase_days") - 1).alias("gaps"),
        )
        .with_columns(
            (pl.col("recency_days") < ACTIVE_DAYS).alias("is_active"),
            ratio(pl.col("revenue") / 100, pl.col("orders")).alias("aov"),
            ratio(pl.col("sum_of_gaps"), pl.col("gaps")).alias("mean_gap_days"),
            ratio(
                (pl.col("gaps") * pl.col("sum_of_squares") - pl.col("sum_of_gaps").pow(2)).sqrt(),
                pl.col("gaps"),
            ).alias("std_gap_days"),
        )
        .drop("gaps", "sum_of_gaps", "sum_of_squares")
        .collect()
    )


def customer_months(days: pl.DataFrame) -> pl.DataFrame:
    """What each customer bought in a month."""
    return (
        days.lazy()
        .with_columns(period("month", pl.col("order_date")).alias("month"))
        .with_columns((NEW_CUSTOMER | (pl.col("month") != pl.col("month").shift())).cum_sum().alias("key"))
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(
            pl.col("customer", "month").first(),
            pl.col("orders", "revenue").sum(),
            known_sum("margin"),
            pl.col("order_date").last().alias("last_order_date"),
        )
        .drop("key")
        .collect()
        .set_sorted("customer")
    )


def periods_of(grain: str, months: pl.DataFrame) -> pl.DataFrame:
    """The months of customers as they are, or their quarters."""
    if grain == "month":
        return months.rename({"month": "period"})
    return (
        months.lazy()
        .with_columns((pl.col("month") // 3).alias("period"))
        .with_columns((NEW_CUSTOMER | (pl.col("period") != pl.col("period").shift())).cum_sum().alias("key"))
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(
            pl.col("customer", "period").first(),
            pl.col("orders", "revenue").sum(),
            pl.col("last_order_date").last(),
        )
        .drop("key")
        .collect()
        .set_sorted("customer")
    )


def last_complete(grain: str, as_of: dt.date) -> pl.Expr:
    """The number of the last period that ends on or before the as-of date."""
    return period(grain, pl.lit(as_of + dt.timedelta(days=1))) - 1


def cohort_retention(grain: str, periods: pl.DataFrame, facts: pl.DataFrame, as_of: dt.date) -> pl.LazyFrame:
    """The triangle of cohorts and periods, quiet cells too (K2)."""
    spans = (
        facts.lazy()
        .select(
            "customer",
            period(grain, pl.col("first_order_date")).alias("cohort"),
            period(grain, pl.col("last_order_date")).alias("last"),
        )
        .collect()
    )
    activity = (
        periods.lazy()
        .with_columns(pl.when(NEW_CUSTOMER).then("period").forward_fill().alias("cohort"))
        .group_by("cohort", "period")
        .agg(pl.len().alias("active"), pl.col("orders", "revenue").sum())
    )
    departures = spans.lazy().group_by("cohort", "last").agg(pl.len().alias("departed"))
    return (
        spans.lazy()
        .group_by("cohort")
        .agg(pl.len().alias("cohort_size"))
        .with_columns(pl.int_ranges("cohort", period(grain, pl.lit(as_of)) + 1).alias("period"))
        .explode("period")
        .with_columns(pl.col("period").cast(pl.Int32))
        .join(activity, on=["cohort", "period"], how="left")
        .join(departures, left_on=["cohort", "period"], right_on=["cohort", "last"], how="left")
        .with_columns(pl.col("active", "orders", "revenue", "departed").fill_null(0))
        .sort("cohort", "period")
        .with_columns(
            pl.col("departed").cum_sum(reverse=True).over("cohort").alias("active_on_or_after"),
            pl.col("revenue").cum_sum().over("cohort").alias("cum_revenue"),
        )
        .select(
            pl.lit(grain).alias("period_grain"),
            start(grain, "cohort").alias("cohort"),
            (pl.col("period") - pl.col("cohort")).alias("age"),
            start(grain, "period").alias("period"),
            "cohort_size",
            "active",
            (pl.col("active") / pl.col("cohort_size")).alias("retention"),
            "active_on_or_after",
            (pl.col("active_on_or_after") / pl.col("cohort_size")).alias("retention_unbounded"),
            "orders",
            money("revenue"),
            money("cum_revenue"),
            (pl.col("period") <= last_complete(grain, as_of)).alias("is_complete"),
        )
    )


def cohort_retention_age30(days: pl.DataFrame, facts: pl.DataFrame) -> pl.LazyFrame:
    """Windows of 30 days from each customer's own first day, of those for whom all of it is over (K3)."""
    customers = facts.lazy().select(
        "customer",
        "first_order_date",
        period("month", pl.col("first_order_date")).alias("cohort"),
        ((pl.col("age_days") + 1) // 30).alias("full_windows"),
    )
    active = (
        days.lazy()
        .select("customer", "order_date")
        .join(customers, on="customer", maintain_order="left")
        .with_columns(
            ((pl.col("order_date") - pl.col("first_order_date")).dt.total_days() // 30).alias("window_no")
        )
        .filter(
            pl.col("window_no") < pl.col("full_windows"),
            NEW_CUSTOMER | (pl.col("window_no") != pl.col("window_no").shift()),
        )
        .group_by("cohort", "window_no")
        .agg(pl.len().alias("active"))
    )
    sizes = customers.group_by("cohort").agg(pl.len().alias("cohort_size"))
    return (
        customers.filter(pl.col("full_windows") > 0)
        .group_by("cohort", "full_windows")
        .agg(pl.len().alias("eligible"))
        .with_columns(pl.int_ranges(0, "full_windows").alias("window_no"))
        .explode("window_no")
        .group_by("cohort", "window_no")
        .agg(pl.col("eligible").sum())
        .join(sizes, on="cohort")
        .join(active, on=["cohort", "window_no"], how="left")
        .with_columns(pl.col("active").fill_null(0))
        .select(
            start("month", "cohort").alias("cohort"),
            "window_no",
            "eligible",
            "cohort_size",
            "active",
            (pl.col("active") / pl.col("eligible")).alias("retention"),
            (pl.col("eligible") == pl.col("cohort_size")).alias("is_full"),
        )
    )


def customer_retention(
    grain: str, window: int | None, periods: pl.DataFrame, first_date: dt.date, as_of: dt.date
) -> pl.LazyFrame:
    """Who was active at the start and at the end of every complete period, and who came and went (K4, K5)."""
    carried = pl.col("last_order_date") + dt.timedelta(days=window or 0)
    through = pl.col("period") if window is None else period(grain, carried) - 1
    fates = (
        periods.lazy()
        .select("customer", "period", through.alias("through"))
        .select(
            "period",
            "through",
            NEW_CUSTOMER.alias("is_first"),
            (before(pl.col("through")) >= pl.col("period") - 1).fill_null(False).alias("was_active"),
            (pl.col("through") >= pl.col("period")).alias("is_active"),
            (pl.col("through") + 1 < after(pl.col("period"))).fill_null(True).alias("runs_out"),
        )
        .group_by(pl.all())
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .collect()
        .lazy()
    )

    def count(name: str, condition: pl.Expr) -> pl.Expr:
        return pl.col("n").filter(condition).sum().alias(name)

    moves = fates.group_by("period").agg(
        count("n_new", pl.col("is_first")),
        count("n_new_active_end", pl.col("is_first") & pl.col("is_active")),
        count("reactivated", ~pl.col("is_first") & ~pl.col("was_active") & pl.col("is_active")),
        count("lost_within", pl.col("was_active") & ~pl.col("is_active")),
    )
    lost_later = (
        fates.filter("is_active", "runs_out")
        .group_by((pl.col("through") + 1).alias("period"))
        .agg(pl.col("n").sum().alias("lost_later"))
    )
    begins = start(grain, "period")
    looks_back = (
        begins.dt.offset_by("-1mo" if grain == "month" else "-3mo")
        if window is None
        else begins - dt.timedelta(days=window)
    )
    return (
        pl.LazyFrame()
        .select(
            pl.int_range(period(grain, pl.lit(first_date)), last_complete(grain, as_of) + 1).alias("period")
        )
        .with_columns(pl.col("period").cast(pl.Int32))
        .join(moves, on="period", how="left", maintain_order="left")
        .join(lost_later, on="period", how="left", maintain_order="left")
        .with_columns(pl.exclude("period").fill_null(0))
        .with_columns((pl.col("lost_within") + pl.col("lost_later")).alias("lost"))
        .with_columns(
            (pl.col("n_new_active_end") + pl.col("reactivated") - pl.col("lost")).cum_sum().alias("e_end")
        )
        .with_columns(
            (pl.col("e_end") - pl.col("n_new_active_end") - pl.col("reactivated")).alias("retained")
        )
        .with_columns((pl.col("retained") + pl.col("lost")).alias("s_start"))
        .select(
            pl.lit(grain).alias("period_grain"),
            begins.alias("period"),
            pl.lit(window, pl.Int32).alias("window_days"),
            "s_start",
            "e_end",
            "n_new",
            "n_new_active_end",
            "retained",
            "reactivated",
            "lost",
            ratio(pl.col("e_end") - pl.col("n_new"), pl.col("s_start")).alias("crr_formula"),
            ratio(pl.col("e_end") - pl.col("n_new_active_end"), pl.col("s_start")).alias("crr_adjusted"),
            ratio(pl.col("retained"), pl.col("s_start")).alias("crr_strict"),
            ratio(pl.col("lost"), pl.col("s_start")).alias("churn"),
            (looks_back < first_date).alias("left_censored"),
        )
    )


def customer_ltv(facts: pl.DataFrame) -> pl.LazyFrame:
    """S x C x P x T of each customer (K9)."""
    factors = facts.lazy().select(
        "customer_id",
        pl.col("aov").alias("avg_check"),
        (pl.col("orders") / pl.col("active_months")).alias("purchases_per_month"),
        pl.when(pl.col("costed_revenue") > 0)
        .then(pl.col("costed_margin") / pl.col("costed_revenue"))
        .alias("margin_rate"),
        pl.col("active_months").cast(pl.Float64).alias("lifetime_months"),
        money("margin", "historic_margin"),
    )
    product = pl.col("avg_check") * pl.col("purchases_per_month") * pl.col("margin_rate")
    return factors.with_columns((product * pl.col("lifetime_months")).alias("ltv_formula"))


def ltv_summary(facts: pl.DataFrame, retention: pl.DataFrame) -> pl.LazyFrame:
    """The same of the shop, with the lifetime that retention promises (K9)."""
    crr = (
        retention.lazy()
        .filter(
            pl.col("period_grain") == "month", pl.col("window_days") == ACTIVE_DAYS, ~pl.col("left_censored")
        )
        .select(ratio(pl.col("retained").sum(), pl.col("s_start").sum()).alias("crr_month"))
    )
    totals = facts.lazy().select(
        pl.len().alias("customers"),
        pl.col("orders", "active_months", "revenue", "costed_revenue", "costed_margin").sum(),
        known_sum("margin"),
    )
    per_month = pl.col("avg_check") * pl.col("purchases_per_month") * pl.col("margin_rate")
    return (
        pl.concat([totals, crr], how="horizontal")
        .select(
            "customers",
            ratio(pl.col("revenue") / 100, pl.col("orders")).alias("avg_check"),
            ratio(pl.col("orders"), pl.col("active_months")).alias("purchases_per_month"),
            pl.when(pl.col("costed_revenue") > 0)
            .then(pl.col("costed_margin") / pl.col("costed_revenue"))
            .alias("margin_rate"),
            ratio(pl.col("active_months"), pl.col("customers")).alias("lifetime_months"),
            ratio(pl.col("margin") / 100, pl.col("customers")).alias("mean_historic_margin"),
            "crr_month",
            ratio(pl.lit(1.0), 1 - pl.col("crr_month")).alias("lifetime_months_projected"),
            ratio(pl.col("costed_revenue"), pl.col("revenue")).fill_null(0).alias("cost_coverage"),
        )
        .with_columns(
            (per_month * pl.col("lifetime_months")).alias("ltv_formula"),
            (per_month * pl.col("lifetime_months_projected")).alias("ltv_projected"),
        )
    )


def abc_xyz_customers(months: pl.DataFrame, facts: pl.DataFrame, as_of: dt.date) -> pl.LazyFrame:
    """Who earns the revenue, and how steadily (K6, K7). Equals share their rank and their sums."""
    last = last_complete("month", as_of)
    observed = (
        months.lazy()
        .filter(pl.col("month") > last - DECLARED["xyz_months"], pl.col("month") <= last)
        .group_by("customer")
        .agg(
            pl.len().cast(pl.Int64).alias("active_months"),
            pl.col("revenue").sum().alias("observed"),
            pl.col("revenue").pow(2).sum().alias("squares"),
        )
    )
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    is_new = pl.col("revenue").ne_missing(pl.col("revenue").shift())
    is_last = pl.col("revenue").ne_missing(pl.col("revenue").shift(-1))
    gain = pl.col("revenue").clip(lower_bound=0)
    a_cut, b_cut = share("abc_a_share"), share("abc_b_share")

    def xyz(x: str, y: str) -> pl.Expr:
        return (
            pl.when(pl.col("reason").is_not_null())
            .then(pl.lit("N"))
            .when(pl.col("cv") <= DECLARED[x])
            .then(pl.lit("X"))
            .when(pl.col("cv") <= DECLARED[y])
            .then(pl.lit("Y"))
            .otherwise(pl.lit("Z"))
        )

    return (
        facts.lazy()
        .select("customer", "customer_id", "revenue", "first_order_date")
        .join(observed, on="customer", how="left")
        .sort("revenue", descending=True)
        .with_columns(
            pl.col("active_months", "observed", "squares").fill_null(0),
            (pl.when(is_new).then(row).forward_fill() + 1).alias("revenue_rank"),
            pl.when(is_new).then(gain.cum_sum() - gain).forward_fill().alias("larger"),
            pl.when(is_last).then(gain.cum_sum()).backward_fill().alias("larger_or_equal"),
            gain.sum().alias("total"),
            (last - period("month", pl.col("first_order_date")) + 1)
            .clip(0, DECLARED["xyz_months"])
            .cast(pl.Int64)
            .alias("n_months"),
        )
        .with_columns(
            pl.when(pl.col("n_months") < DECLARED["xyz_min_months"])
            .then(pl.lit("short_history"))
            .when(pl.col("active_months") == 0)
            .then(pl.lit("no_purchases"))
            .when(pl.col("observed") <= 0)
            .then(pl.lit("no_revenue"))
            .alias("reason"),
            ratio(
                (pl.col("n_months") * pl.col("squares") - pl.col("observed").pow(2))
                .clip(lower_bound=0)
                .sqrt(),
                pl.col("observed"),
            )
            .round(12)
            .alias("cv"),
            pl.when(pl.col("revenue") <= 0)
            .then(pl.lit("C"))
            .when(pl.col("larger") * 10000 < a_cut * pl.col("total"))
            .then(pl.lit("A"))
            .when(pl.col("larger") * 10000 < b_cut * pl.col("total"))
            .then(pl.lit("B"))
            .otherwise(pl.lit("C"))
            .alias("abc"),
        )
        .with_columns(
            xyz("xyz_x_cv", "xyz_y_cv").alias("xyz"),
            xyz("xyz_retail_x_cv", "xyz_retail_y_cv").alias("xyz_retail"),
        )
        .with_columns((pl.col("abc") + pl.col("xyz")).alias("abc_xyz"))
        .select(
            "customer_id",
            money("revenue"),
            "revenue_rank",
            ratio(pl.col("larger"), pl.col("total")).alias("prefix_share"),
            ratio(pl.col("larger_or_equal"), pl.col("total")).alias("cum_share"),
            "abc",
            "n_months",
            "active_months",
            pl.when(pl.col("reason").is_null()).then("cv").alias("cv"),
            "xyz",
            "xyz_retail",
            "reason",
            "abc_xyz",
            pl.col("abc_xyz").is_in(DECLARED["target_classes"]).alias("is_target"),
        )
    )


def rfm_customers(facts: pl.DataFrame) -> pl.LazyFrame:
    """Scores that count the strictly worse (K8)."""
    segments = pl.scan_csv(SEGMENTS, schema_overrides={"rfm": pl.String})

    def score(worse: pl.Expr) -> pl.Expr:
        return (1 + 5 * (worse.cast(pl.Int64) - 1) // pl.len()).cast(pl.Int32)

    return (
        facts.lazy()
        .select(
            "customer_id",
            "recency_days",
            pl.col("orders").alias("frequency"),
            money("revenue", "monetary"),
            score(pl.col("recency_days").rank("min", descending=True)).alias("r_score"),
            score(pl.col("orders").rank("min")).alias("f_score"),
            score(pl.col("revenue").rank("min")).alias("m_score"),
        )
        .with_columns(pl.concat_str("r_score", "f_score", "m_score").alias("rfm"))
        .join(segments, on="rfm", how="left")
    )


def concentration(facts: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """How much rests on how few (K10)."""
    is_regular = (pl.col("purchase_days") >= REGULAR) & pl.col("is_active")
    top_share, total_share = share("top_customers_share"), share("top_total_share")
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    amount = pl.col("amount")
    for population in ("all", "regular"):
        members = facts.lazy().filter(pl.lit(True) if population == "all" else is_regular)
        for measure in ("revenue", "margin"):
            top = -(-pl.len().cast(pl.Int64) * top_share // 10000)
            yield (
                members.select(pl.col(measure).clip(lower_bound=0).alias("amount"))
                .sort("amount", descending=True)
                .select(
                    pl.len().cast(pl.Int64).alias("customers"),
                    amount.is_null().any().alias("is_unknown"),
                    amount.sum().alias("total"),
                    ((pl.len() - rank + 1).cast(pl.Float64) * amount).sum().alias("ranked"),
                    top.alias("top_20pct_customers"),
                    amount.filter(rank <= top).sum().alias("top_amount"),
                    rank.filter(amount.cum_sum() * 10000 >= total_share * amount.sum())
                    .min()
                    .alias("customers_for_80pct"),
                )
                .select(
                    pl.lit(population).alias("population"),
                    pl.lit(measure).alias("measure"),
                    "customers",
                    *(
                        pl.when(~pl.col("is_unknown") & (pl.col("customers") > 0)).then(value).alias(name)
                        for name, value in {
                            "total": money("total"),
                            "gini": ratio(
                                2 * pl.col("ranked")
                                - (pl.col("customers") + 1).cast(pl.Float64) * pl.col("total"),
                                pl.col("customers").cast(pl.Float64) * pl.col("total"),
                            ),
                            "top_20pct_customers": pl.col("top_20pct_customers"),
                            "top_20pct_share": ratio(pl.col("top_amount"), pl.col("total")),
                        }.items()
                    ),
                    *(
                        pl.when(~pl.col("is_unknown") & (pl.col("total") > 0)).then(value).alias(name)
                        for name, value in {
                            "customers_for_80pct": pl.col("customers_for_80pct"),
                            "customers_for_80pct_share": pl.col("customers_for_80pct") / pl.col("customers"),
                        }.items()
                    ),
                )
            )


def occasions(booked: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The days on which occasions began, how long each keeps its customer active, and where that ends."""
    refunded = (
        booked.lazy()
        .filter("is_qualifying", pl.col("ends_on") > pl.col("order_date"))
        .group_by("customer", "order_date")
        .agg(pl.col("ends_on").max())
        .join(days.lazy(), on=["customer", "order_date"], how="anti")
        .select("customer", "order_date", "ends_on")
    )
    lasting = days.lazy().select("customer", "order_date", pl.lit(None, pl.Date).alias("ends_on"))
    return (
        pl.concat([lasting.sort("customer", "order_date"), refunded.sort("customer", "order_date")])
        .sort("customer", "order_date")
        .with_columns(
            pl.min_horizontal(pl.col("order_date") + dt.timedelta(days=ACTIVE_DAYS), "ends_on").alias(
                "until"
            ),
        )
        .with_columns(running_max(pl.col("until")).alias("carried"))
        .with_columns(
            (pl.col("order_date") > before(pl.col("carried"))).fill_null(True).alias("is_arrival"),
            pl.when((after(pl.col("order_date")) > pl.col("carried")).fill_null(True))
            .then("carried")
            .alias("lapses_on"),
            running_sum(pl.lit(1)).alias("number"),
        )
        .collect()
    )


def ladder_states(booked: pl.DataFrame, happened: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """What is true of everyone since when, as one level: known, bought once, bought again, regular (K12)."""
    nothing = pl.lit(0, pl.Int32)

    def changes(frame: pl.LazyFrame, day: str, bought: pl.Expr, activity: pl.Expr) -> pl.LazyFrame:
        return frame.select(
            "customer", pl.col(day).alias("day"), bought.alias("bought"), activity.alias("activity")
        )

    known = booked.lazy().group_by("customer").agg(pl.col("order_date").first())
    refunds = happened.lazy().filter(pl.col("ends_on").is_not_null())
    with_refund = refunds.select("customer").unique().with_columns(pl.lit(True).alias("has_refund"))
    arrivals = (
        happened.lazy()
        .join(with_refund, on="customer", how="left")
        .filter(pl.col("is_arrival") | pl.col("has_refund") | (pl.col("number") <= REGULAR))
    )
    one = pl.lit(1, pl.Int32)
    return (
        pl.concat(
            [
                changes(known, "order_date", nothing, nothing),
                changes(arrivals, "order_date", one, pl.col("is_arrival").cast(pl.Int32)),
                changes(happened.lazy().filter(pl.col("lapses_on") <= as_of), "lapses_on", nothing, -one),
                changes(refunds, "ends_on", -one, nothing),
            ]
        )
        .group_by("customer", "day")
        .agg(pl.col("bought", "activity").sum())
        .sort("customer", "day")
        .with_columns(
            running_sum(pl.col("bought")).alias("bought_so_far"),
            running_sum(pl.col("activity")).alias("active"),
        )
        .with_columns(
            pl.min_horizontal("bought_so_far", pl.lit(REGULAR)).alias("occasions"),
            pl.min_horizontal(pl.col("bought_so_far") - pl.col("bought"), pl.lit(REGULAR)).alias("had"),
            (pl.col("active") > 0).alias("is_active"),
            (pl.col("active") - pl.col("activity") > 0).alias("was_active"),
            NEW_CUSTOMER.alias("is_first"),
        )
        .filter(
            pl.col("is_first")
            | (pl.col("occasions") != pl.col("had"))
            | (pl.col("is_active") != pl.col("was_active"))
        )
        .with_columns(
            pl.when("is_first")
            .then(pl.lit("known"))
            .when(pl.col("occasions") < pl.col("had"))
            .then(pl.lit("full_refund"))
            .when(pl.col("was_active") & ~pl.col("is_active"))
            .then(pl.lit("lapse"))
            .when(pl.col("is_active") & ~pl.col("was_active") & (pl.col("had") > 0))
            .then(pl.lit("return"))
            .otherwise(pl.lit("purchase"))
            .cast(pl.Enum(["known", "full_refund", "lapse", "return", "purchase"]))
            .alias("cause"),
            pl.when((pl.col("occasions") >= REGULAR) & pl.col("is_active"))
            .then(3)
            .otherwise(pl.min_horizontal("occasions", pl.lit(2)))
            .cast(pl.Int8)
            .alias("level"),
        )
        .with_columns(before(pl.col("level")).fill_null(-1).alias("level_before"))
        .select("customer", "day", "level", "level_before", "cause", "occasions", "is_active", "was_active")
        .collect()
        .set_sorted("customer")
    )


def ladder_steps(ladder: str) -> pl.DataFrame:
    """The stays on a ladder that every change of level makes."""
    columns = dict(zip(Step._fields, (pl.Int8, pl.Int8, pl.Int32, *[pl.String] * 3, pl.Boolean), strict=True))
    return pl.DataFrame(steps_on(ladder), schema=columns, orient="row").with_columns(
        pl.col("rung", "rule", "direction").cast(pl.Categorical)
    )


def moves_on(ladder: str, states: pl.DataFrame) -> pl.DataFrame:
    """The changes of rung on one ladder, each with the day of the next."""
    rung_of = rungs_by_level(ladder)
    return (
        states.lazy()
        .with_columns(
            pl.col("level").replace_strict(rung_of, return_dtype=pl.Int32).alias("reached"),
            pl.col("level_before").replace_strict(rung_of, return_dtype=pl.Int32).alias("previous"),
        )
        .filter(pl.col("reached") != pl.col("previous"))
        .with_columns(after(pl.col("day")).alias("until"))
        .select("customer", "customer_id", "day", "until", "level", "level_before", "cause", "reached")
        .collect()
    )


def write_ladder_history_and_stages(
    states: pl.DataFrame, names: pl.DataFrame, out: Path, as_of: dt.date
) -> None:
    """The stays on all rungs, and where everyone stands."""
    lives = (
        states.lazy()
        .group_by("customer", maintain_order=True)
        .agg(
            pl.col("occasions", "is_active").last(),
            pl.col("level").max().alias("highest"),
            (pl.col("cause") == "return").any().alias("has_returned"),
        )
        .select(
            "customer",
            "highest",
            pl.when(pl.col("occasions") == 0)
            .then(pl.lit("never_bought"))
            .when(~pl.col("is_active"))
            .then(pl.lit("lapsed"))
            .when("has_returned")
            .then(pl.lit("returned"))
            .otherwise(pl.lit("active"))
            .cast(pl.Categorical)
            .alias("activity"),
        )
        .collect()
    )
    named = states.join(names, on="customer", maintain_order="left")
    history, stages = [], []
    for ladder in LADDERS:
        moves, rungs = moves_on(ladder, named), rungs_of(ladder)
        history.append(
            moves.lazy()
            .join(ladder_steps(ladder).lazy(), on=["level_before", "level"])
            .select(
                pl.lit(ladder).alias("ladder"),
                "customer_id",
                "rung_no",
                "rung",
                pl.col("day").alias("valid_from"),
                pl.when("is_imputed").then("day").otherwise("until").alias("valid_to"),
                pl.coalesce("rule", pl.col("cause").cast(pl.Categorical)).alias("rule_id"),
                "direction",
                "is_imputed",
            )
        )
        highest = {level: rungs.get(rung) for level, rung in rungs_by_level(ladder).items()}
        stages.append(
            moves.lazy()
            .filter(pl.col("until").is_null(), pl.col("reached").is_in(list(rungs)))
            .join(lives.lazy(), on="customer")
            .select(
                pl.lit(ladder).alias("ladder"),
                "customer_id",
                pl.col("reached").alias("rung_no"),
                pl.col("reached").replace_strict(rungs, return_dtype=pl.Categorical).alias("rung"),
                pl.col("highest")
                .replace_strict(highest, return_dtype=pl.Categorical)
                .alias("highest_rung_ever"),
                "activity",
                pl.col("day").alias("since"),
                pl.lit(1, pl.Int32).alias("turn_no"),
                pl.lit("no_data").alias("evidence"),
                pl.lit(False).alias("wallet_known"),
                *(
                    pl.lit(None, pl.Boolean).alias(fact)
                    for fact in ("is_only_us", "pays_premium", "has_recommended")
                ),
                pl.lit(as_of).alias("as_of_date"),
            )
        )
    write(pl.concat(history), out, "ladder_history")
    write(pl.concat(stages), out, "ladder_stages")


def ladder_transitions(states: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """How many changed from rung to rung in each month, and how many did not."""
    by_level = (
        states.lazy()
        .with_columns(period("month", pl.col("day")).alias("month"))
        .with_columns((NEW_CUSTOMER | (pl.col("month") != pl.col("month").shift())).cum_sum().alias("key"))
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(
            pl.col("month", "level_before", "was_active").first(),
            pl.col("level", "is_active").last(),
        )
        .group_by(
            "month", "level_before", "level", (pl.col("was_active") & ~pl.col("is_active")).alias("lapsed")
        )
        .agg(pl.len().cast(pl.Int64).alias("customers"))
        .collect()
    )
    return pl.concat(transitions_on(ladder, by_level, calendar) for ladder in LADDERS)


def transitions_on(ladder: str, by_level: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """The transitions of one ladder; by now a few thousand rows."""
    rung_of, names = rungs_by_level(ladder), rungs_of(ladder)
    rungs = {min(names) - 1: "not on the ladder"} | names
    moves = (
        by_level.with_columns(
            pl.col("level_before").replace_strict(rung_of, return_dtype=pl.Int32).alias("from_no"),
            pl.col("level").replace_strict(rung_of, return_dtype=pl.Int32).alias("to_no"),
        )
        .filter(
            (pl.col("from_no") != pl.col("to_no")) | (pl.col("lapsed") & pl.col("to_no").is_in(list(names)))
        )
        .group_by("month", "from_no", "to_no")
        .agg(pl.col("customers").sum())
        .with_columns(
            pl.col("from_no").replace_strict(rungs).alias("from_rung"),
            pl.when(pl.col("from_no") == pl.col("to_no"))
            .then(pl.lit("lapsed"))
            .otherwise(pl.col("to_no").replace_strict(rungs))
            .alias("to_rung"),
        )
        .select("month", "from_rung", "to_rung", "customers")
    )
    gone = moves.group_by("month", pl.col("from_rung").alias("rung")).agg(
        pl.col("customers").sum().alias("changed"),
        pl.col("customers").filter(pl.col("to_rung") != "lapsed").sum().alias("left"),
    )
    come = moves.group_by("month", pl.col("to_rung").alias("rung")).agg(
        pl.col("customers").sum().alias("came")
    )
    unchanged = (
        pl.DataFrame({"rung": list(names.values())})
        .join(calendar, how="cross")
        .join(gone, on=["month", "rung"], how="left")
        .join(come, on=["month", "rung"], how="left")
        .with_columns(pl.col("changed", "left", "came").fill_null(0))
        .sort("rung", "month")
        .with_columns((pl.col("came") - pl.col("left")).alias("gained"))
        .with_columns((pl.col("gained").cum_sum().over("rung") - pl.col("gained")).alias("stood"))
        .select(
            "month",
            pl.col("rung").alias("from_rung"),
            pl.lit("no change").alias("to_rung"),
            (pl.col("stood") - pl.col("changed")).alias("customers"),
        )
        .filter(pl.col("customers") > 0)
    )
    return pl.concat([moves, unchanged]).select(
        pl.lit(ladder).alias("ladder"),
        "month",
        "from_rung",
        "to_rung",
        "customers",
        (pl.col("customers") / pl.col("customers").sum().over("month", "from_rung")).alias("share"),
    )


def ladder_distribution(
    states: pl.DataFrame,
    months: pl.DataFrame,
    transitions: pl.DataFrame,
    calendar: pl.DataFrame,
    as_of: dt.date,
) -> pl.LazyFrame:
    """How many stand on each rung at the end of each month, and what they bought in it."""

    def key(number: pl.Expr) -> pl.Expr:
        return (pl.col("customer").cast(pl.Int64) * 2**20 + number).set_sorted().alias("key")

    # The state at the end of a month is the last one begun by then: one key makes it a merge of two columns.
    by_level = (
        months.lazy()
        .select(key(pl.col("month")), "month", "revenue", "margin")
        .join_asof(
            states.lazy().select(key(period("month", pl.col("day"))), "level"), on="key", strategy="backward"
        )
        .group_by("month", "level")
        .agg(pl.col("revenue").sum(), known_sum("margin"))
        .collect()
    )
    standing = (
        transitions.lazy()
        .with_columns(
            pl.when(pl.col("to_rung").is_in(["no change", "lapsed"]))
            .then("from_rung")
            .otherwise("to_rung")
            .alias("rung")
        )
        .group_by("ladder", "month", "rung")
        .agg(pl.col("customers").sum())
    )
    rungs, revenue = [], []
    for ladder in LADDERS:
        revenue.append(
            by_level.with_columns(
                pl.lit(ladder).alias("ladder"),
                pl.col("level")
                .replace_strict(rungs_by_level(ladder), return_dtype=pl.Int32)
                .alias("rung_no"),
            )
            .group_by("ladder", "month", "rung_no")
            .agg(pl.col("revenue").sum(), known_sum("margin"), pl.lit(True).alias("has_bought"))
        )
        rungs += [(ladder, number, rung) for number, rung in rungs_of(ladder).items()]
    declared = pl.LazyFrame(
        rungs, schema={"ladder": pl.String, "rung_no": pl.Int32, "rung": pl.String}, orient="row"
    )
    return (
        declared.join(calendar.lazy(), how="cross")
        .join(standing, on=["ladder", "month", "rung"], how="left")
        .join(pl.concat(revenue).lazy(), on=["ladder", "month", "rung_no"], how="left")
        .select(
            "ladder",
            start("month", "month").alias("month"),
            "rung_no",
            "rung",
            pl.col("customers").fill_null(0),
            ratio(pl.col("customers").fill_null(0), pl.col("customers").sum().over("ladder", "month")).alias(
                "share_of_customers"
            ),
            money("revenue").fill_null(0),
            pl.when(pl.col("has_bought").is_null()).then(0).otherwise(money("margin")).alias("margin"),
            (pl.col("month") <= last_complete("month", as_of)).alias("is_complete"),
        )
    )


def make_marts(folder: Path, out: Path) -> None:
    """Write all marts of orders.parquet and refunds.parquet as Parquet.

    Args:
        folder: the folder of the two files.
        out: the folder to write to.
    """
    booked, as_of = read_orders(folder)
    names = booked.lazy().group_by("customer").agg(pl.col("customer_id").first()).collect()
    first_known: Any = booked["order_date"].min()
    orders = sold_orders(booked)
    booked = booked.select("customer", "order_date", "is_qualifying", "ends_on")
    first_date: Any = orders["order_date"].min()
    write_orders(orders, out)
    days = customer_days(orders)
    del orders
    facts = customer_facts(days, as_of)
    write(
        facts.lazy()
        .drop("customer")
        .with_columns(
            money(name) for name in ("revenue", "cost", "margin", "costed_revenue", "costed_margin")
        ),
        out,
        "customer_facts",
    )
    months = customer_months(days)

    cohorts, retention = [], []
    for grain in ("month", "quarter"):
        periods = periods_of(grain, months)
        cohorts.append(cohort_retention(grain, periods, facts, as_of).collect())
        for window in WINDOWS:
            retention.append(customer_retention(grain, window, periods, first_date, as_of).collect())
    write(pl.concat(cohorts), out, "cohort_retention")
    write(pl.concat(retention), out, "customer_retention")
    write(cohort_retention_age30(days, facts), out, "cohort_retention_age30")
    write(customer_ltv(facts), out, "customer_ltv")
    write(ltv_summary(facts, pl.concat(retention)), out, "ltv_summary")
    write(abc_xyz_customers(months, facts, as_of), out, "abc_xyz_customers")
    write(rfm_customers(facts), out, "rfm_customers")
    write(pl.concat(concentration(facts)), out, "concentration")
    del facts

    states = ladder_states(booked, occasions(booked, days), as_of)
    del booked, days
    write_ladder_history_and_stages(states, names, out, as_of)
    calendar = pl.select(
        pl.int_range(
            period("month", pl.lit(first_known)), period("month", pl.lit(as_of)) + 1, dtype=pl.Int32
        ).alias("month")
    )
    transitions = ladder_transitions(states, calendar)
    write(transitions.lazy().with_columns(start("month", "month").alias("month")), out, "ladder_transitions")
    write(ladder_distribution(states, months, transitions, calendar, as_of), out, "ladder_distribution")


if __name__ == "__main__":
    make_marts(Path(sys.argv[1]), Path(sys.argv[2]))
