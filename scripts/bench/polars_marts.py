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
from polars import col, lit, when

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

CENT = lit(Decimal("0.01"))
NEW_CUSTOMER = col.customer.ne_missing(col.customer.shift())


def write(frame: pl.DataFrame | pl.LazyFrame, out: Path, mart: str) -> None:
    """Write a mart as Parquet, streaming what is still to be computed."""
    folder = out / "marts.db" / mart
    folder.mkdir(parents=True, exist_ok=True)
    frame.lazy().sink_parquet(folder / f"{mart}.parquet", compression="lz4", engine="streaming")


def cents(column: str) -> pl.Expr:
    """Money as whole cents."""
    return col(column).to_physical().cast(pl.Int64)


def money(column: str, name: str | None = None) -> pl.Expr:
    """Cents as the decimals they stand for."""
    return (col(column).cast(pl.Decimal(38, 0)) * CENT).cast(pl.Decimal(28, 2)).alias(name or column)


def known_sum(column: str) -> pl.Expr:
    """A sum that is null as soon as a part of it is."""
    return when(col(column).null_count() == 0).then(col(column).sum()).alias(column)


def ratio(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """A quotient, null where the divisor is 0."""
    return dividend / when(divisor != 0).then(divisor)


def before(expression: pl.Expr) -> pl.Expr:
    """The value of the row before of the same customer."""
    return when(~NEW_CUSTOMER).then(expression.shift())


def after(expression: pl.Expr) -> pl.Expr:
    """The value of the next row of the same customer."""
    return when(col.customer == col.customer.shift(-1)).then(expression.shift(-1))


def row_number() -> pl.Expr:
    """The number of a row among those of its customer, from 1."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    return row - when(NEW_CUSTOMER).then(row).forward_fill() + 1


def running_sum(expression: pl.Expr) -> pl.Expr:
    """The sum so far over the rows of a customer: that of all rows, less that before the customer."""
    total = expression.cum_sum()
    return total - when(NEW_CUSTOMER).then(total - expression).forward_fill()


def running_max(day: pl.Expr) -> pl.Expr:
    """The latest date of a customer so far: customers ascend, so theirs are above those before."""
    key = col.customer.cast(pl.Int64) * 2**20 + day.to_physical()
    return (key.cum_max() % 2**20).cast(pl.Int32).cast(pl.Date)


def period(grain: str, day: pl.Expr) -> pl.Expr:
    """The number of a month or quarter, counted through."""
    months = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1
    return months if grain == "month" else months // 3


def start(grain: str, number: str) -> pl.Expr:
    """The first day of a month or quarter."""
    months = col(number) * (1 if grain == "month" else 3)
    return pl.date(months // 12, months % 12 + 1, 1)


def read_orders(folder: Path) -> tuple[pl.DataFrame, dt.date]:
    """Return all genuine orders, sorted by customer and time, with what was refunded, and the as-of date."""
    orders = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(col.status.is_in(GENUINE))
        .select(
            "order_id",
            col.customer_id.cast(pl.Categorical),
            "ordered_at",
            order_date=col.ordered_at.dt.date(),
            is_qualifying=col.status.is_in(QUALIFYING),
            amount=cents("amount"),
            cost=cents("cost"),
        )
        .with_columns(customer=col.customer_id.to_physical())
        .collect()
    )
    as_of: Any = orders["order_date"].max()
    refunds = (
        pl.scan_parquet(folder / "refunds.parquet")
        .select("order_id", refunded=cents("amount"), day=col.refunded_at.dt.date())
        .filter(col.day <= as_of)
        .group_by("order_id")
        .agg(col.refunded.sum(), refunded_on=col.day.max())
    )
    booked = (
        orders.lazy()
        .join(refunds, on="order_id", how="left")
        .with_columns(
            col.refunded.fill_null(0),
            ends_on=when((col.amount > 0) & (col.refunded >= col.amount)).then("refunded_on"),
        )
        .drop("refunded_on")
        .collect(engine="streaming")
    )
    return (booked.sort("customer", "ordered_at", "order_id").set_sorted("customer"), as_of)


def sold_orders(booked: pl.DataFrame) -> pl.DataFrame:
    """What counts as sold, net of refunds."""
    return (
        booked.lazy()
        .filter("is_qualifying", col.ends_on.is_null())
        .with_columns(revenue=col.amount - col.refunded, margin=col.amount - col.refunded - col.cost)
        .drop("is_qualifying", "ends_on", "amount")
        .collect()
    )


def write_orders(orders: pl.DataFrame, out: Path) -> None:
    """The mart orders."""
    numbered = orders.lazy().select(
        "order_id",
        "customer_id",
        "ordered_at",
        "order_date",
        *(lit(None, pl.String).alias(name) for name in ("channel", "store_id", "manager_id")),
        money("revenue"),
        money("cost"),
        money("margin"),
        money("refunded", "refunded_amount"),
        source=lit("orders"),
        order_number=row_number(),
        previous_order_date=before(col.order_date),
        next_order_date=after(col.order_date),
    )
    write(numbered, out, "orders")


def customer_days(orders: pl.DataFrame) -> pl.DataFrame:
    """What each customer bought on a day."""
    return (
        orders.lazy()
        .with_columns(day=(NEW_CUSTOMER | (col.order_date != col.order_date.shift())).cum_sum())
        .set_sorted("day")
        .group_by("day", maintain_order=True)
        .agg(
            col("customer", "customer_id", "order_date").first(),
            col.revenue.sum(),
            known_sum("cost"),
            known_sum("margin"),
            orders=pl.len().cast(pl.Int64),
            costed_revenue=col.revenue.filter(col.margin.is_not_null()).sum(),
            costed_margin=col.margin.sum(),
            first_order_at=col.ordered_at.first(),
            last_order_at=col.ordered_at.last(),
        )
        .drop("day")
        .collect()
    )


def customer_facts(days: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Each customer's purchases in one row (K1)."""
    return (
        days.lazy()
        .with_columns(gap=when(~NEW_CUSTOMER).then((col.order_date - col.order_date.shift()).dt.total_days()))
        .group_by("customer", maintain_order=True)
        .agg(
            col.customer_id.first(),
            col.first_order_at.first(),
            col.last_order_at.last(),
            col.orders.sum(),
            col.revenue.sum(),
            known_sum("cost"),
            known_sum("margin"),
            col("costed_revenue", "costed_margin").sum(),
            first_order_date=col.order_date.first(),
            last_order_date=col.order_date.last(),
            purchase_days=pl.len().cast(pl.Int64),
            sum_of_gaps=col.gap.sum(),
            sum_of_squares=col.gap.pow(2).sum(),
            median_gap_days=col.gap.median(),
            max_gap_days=col.gap.max(),
        )
        .with_columns(
            as_of_date=lit(as_of),
            span_days=(col.last_order_date - col.first_order_date).dt.total_days(),
            age_days=(as_of - col.first_order_date).dt.total_days(),
            recency_days=(as_of - col.last_order_date).dt.total_days(),
            active_months=period("month", col.last_order_date) - period("month", col.first_order_date) + 1,
            gaps=col.purchase_days - 1,
        )
        .with_columns(
            is_active=col.recency_days < ACTIVE_DAYS,
            aov=ratio(col.revenue / 100, col.orders),
            mean_gap_days=ratio(col.sum_of_gaps, col.gaps),
            std_gap_days=ratio((col.gaps * col.sum_of_squares - col.sum_of_gaps.pow(2)).sqrt(), col.gaps),
        )
        .drop("gaps", "sum_of_gaps", "sum_of_squares")
        .collect()
    )


def customer_months(days: pl.DataFrame) -> pl.DataFrame:
    """What each customer bought in a month."""
    return (
        days.lazy()
        .with_columns(month=period("month", col.order_date))
        .with_columns(key=(NEW_CUSTOMER | (col.month != col.month.shift())).cum_sum())
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(
            col("customer", "month").first(),
            col("orders", "revenue").sum(),
            known_sum("margin"),
            last_order_date=col.order_date.last(),
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
        .with_columns(period=col.month // 3)
        .with_columns(key=(NEW_CUSTOMER | (col.period != col.period.shift())).cum_sum())
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(col("customer", "period").first(), col("orders", "revenue").sum(), col.last_order_date.last())
        .drop("key")
        .collect()
        .set_sorted("customer")
    )


def last_complete(grain: str, as_of: dt.date) -> pl.Expr:
    """The number of the last period that ends on or before the as-of date."""
    return period(grain, lit(as_of + dt.timedelta(days=1))) - 1


def cohort_retention(grain: str, periods: pl.DataFrame, facts: pl.DataFrame, as_of: dt.date) -> pl.LazyFrame:
    """The triangle of cohorts and periods, quiet cells too (K2)."""
    spans = (
        facts.lazy()
        .select(
            "customer", cohort=period(grain, col.first_order_date), last=period(grain, col.last_order_date)
        )
        .collect()
    )
    activity = (
        periods.lazy()
        .with_columns(cohort=when(NEW_CUSTOMER).then("period").forward_fill())
        .group_by("cohort", "period")
        .agg(col("orders", "revenue").sum(), active=pl.len())
    )
    departures = spans.lazy().group_by("cohort", "last").agg(departed=pl.len())
    return (
        spans.lazy()
        .group_by("cohort")
        .agg(cohort_size=pl.len())
        .with_columns(period=pl.int_ranges("cohort", period(grain, lit(as_of)) + 1))
        .explode("period")
        .with_columns(col.period.cast(pl.Int32))
        .join(activity, on=["cohort", "period"], how="left")
        .join(departures, left_on=["cohort", "period"], right_on=["cohort", "last"], how="left")
        .with_columns(col("active", "orders", "revenue", "departed").fill_null(0))
        .sort("cohort", "period")
        .with_columns(
            active_on_or_after=col.departed.cum_sum(reverse=True).over("cohort"),
            cum_revenue=col.revenue.cum_sum().over("cohort"),
        )
        .select(
            "cohort_size",
            "active",
            "active_on_or_after",
            "orders",
            money("revenue"),
            money("cum_revenue"),
            period_grain=lit(grain),
            cohort=start(grain, "cohort"),
            age=col.period - col.cohort,
            period=start(grain, "period"),
            retention=col.active / col.cohort_size,
            retention_unbounded=col.active_on_or_after / col.cohort_size,
            is_complete=col.period <= last_complete(grain, as_of),
        )
    )


def cohort_retention_age30(days: pl.DataFrame, facts: pl.DataFrame) -> pl.LazyFrame:
    """Windows of 30 days from each customer's own first day, of those for whom all of it is over (K3)."""
    customers = facts.lazy().select(
        "customer",
        "first_order_date",
        cohort=period("month", col.first_order_date),
        full_windows=(col.age_days + 1) // 30,
    )
    active = (
        days.lazy()
        .select("customer", "order_date")
        .join(customers, on="customer", maintain_order="left")
        .with_columns(window_no=(col.order_date - col.first_order_date).dt.total_days() // 30)
        .filter(col.window_no < col.full_windows, NEW_CUSTOMER | (col.window_no != col.window_no.shift()))
        .group_by("cohort", "window_no")
        .agg(active=pl.len())
    )
    sizes = customers.group_by("cohort").agg(cohort_size=pl.len())
    return (
        customers.filter(col.full_windows > 0)
        .group_by("cohort", "full_windows")
        .agg(eligible=pl.len())
        .with_columns(window_no=pl.int_ranges(0, "full_windows"))
        .explode("window_no")
        .group_by("cohort", "window_no")
        .agg(col.eligible.sum())
        .join(sizes, on="cohort")
        .join(active, on=["cohort", "window_no"], how="left")
        .with_columns(col.active.fill_null(0))
        .select(
            "window_no",
            "eligible",
            "cohort_size",
            "active",
            cohort=start("month", "cohort"),
            retention=col.active / col.eligible,
            is_full=col.eligible == col.cohort_size,
        )
    )


def customer_retention(
    grain: str, window: int | None, periods: pl.DataFrame, first_date: dt.date, as_of: dt.date
) -> pl.LazyFrame:
    """Who was active at the start and at the end of every complete period, and who came and went (K4, K5)."""
    carried = col.last_order_date + dt.timedelta(days=window or 0)
    through = col.period if window is None else period(grain, carried) - 1
    fates = (
        periods.lazy()
        .select("customer", "period", through=through)
        .select(
            "period",
            "through",
            is_first=NEW_CUSTOMER,
            was_active=(before(col.through) >= col.period - 1).fill_null(False),
            is_active=col.through >= col.period,
            runs_out=(col.through + 1 < after(col.period)).fill_null(True),
        )
        .group_by(pl.all())
        .agg(n=pl.len().cast(pl.Int64))
        .collect()
        .lazy()
    )

    def count(name: str, condition: pl.Expr) -> pl.Expr:
        return col.n.filter(condition).sum().alias(name)

    moves = fates.group_by("period").agg(
        count("n_new", col.is_first),
        count("n_new_active_end", col.is_first & col.is_active),
        count("reactivated", ~col.is_first & ~col.was_active & col.is_active),
        count("lost_within", col.was_active & ~col.is_active),
    )
    lost_later = (
        fates.filter("is_active", "runs_out").group_by(period=col.through + 1).agg(lost_later=col.n.sum())
    )
    begins = start(grain, "period")
    looks_back = (
        begins.dt.offset_by("-1mo" if grain == "month" else "-3mo")
        if window is None
        else begins - dt.timedelta(days=window)
    )
    return (
        pl.LazyFrame()
        .select(period=pl.int_range(period(grain, lit(first_date)), last_complete(grain, as_of) + 1))
        .with_columns(col.period.cast(pl.Int32))
        .join(moves, on="period", how="left", maintain_order="left")
        .join(lost_later, on="period", how="left", maintain_order="left")
        .with_columns(pl.exclude("period").fill_null(0))
        .with_columns(lost=col.lost_within + col.lost_later)
        .with_columns(e_end=(col.n_new_active_end + col.reactivated - col.lost).cum_sum())
        .with_columns(retained=col.e_end - col.n_new_active_end - col.reactivated)
        .with_columns(s_start=col.retained + col.lost)
        .select(
            "s_start",
            "e_end",
            "n_new",
            "n_new_active_end",
            "retained",
            "reactivated",
            "lost",
            period_grain=lit(grain),
            period=begins,
            window_days=lit(window, pl.Int32),
            crr_formula=ratio(col.e_end - col.n_new, col.s_start),
            crr_adjusted=ratio(col.e_end - col.n_new_active_end, col.s_start),
            crr_strict=ratio(col.retained, col.s_start),
            churn=ratio(col.lost, col.s_start),
            left_censored=looks_back < first_date,
        )
    )


def customer_ltv(facts: pl.DataFrame) -> pl.LazyFrame:
    """S x C x P x T of each customer (K9)."""
    factors = facts.lazy().select(
        "customer_id",
        money("margin", "historic_margin"),
        avg_check=col.aov,
        purchases_per_month=col.orders / col.active_months,
        margin_rate=when(col.costed_revenue > 0).then(col.costed_margin / col.costed_revenue),
        lifetime_months=col.active_months.cast(pl.Float64),
    )
    product = col.avg_check * col.purchases_per_month * col.margin_rate
    return factors.with_columns(ltv_formula=product * col.lifetime_months)


def ltv_summary(facts: pl.DataFrame, retention: pl.DataFrame) -> pl.LazyFrame:
    """The same of the shop, with the lifetime that retention promises (K9)."""
    crr = (
        retention.lazy()
        .filter(col.period_grain == "month", col.window_days == ACTIVE_DAYS, ~col.left_censored)
        .select(crr_month=ratio(col.retained.sum(), col.s_start.sum()))
    )
    totals = facts.lazy().select(
        col("orders", "active_months", "revenue", "costed_revenue", "costed_margin").sum(),
        known_sum("margin"),
        customers=pl.len(),
    )
    per_month = col.avg_check * col.purchases_per_month * col.margin_rate
    return (
        pl.concat([totals, crr], how="horizontal")
        .select(
            "customers",
            "crr_month",
            avg_check=ratio(col.revenue / 100, col.orders),
            purchases_per_month=ratio(col.orders, col.active_months),
            margin_rate=when(col.costed_revenue > 0).then(col.costed_margin / col.costed_revenue),
            lifetime_months=ratio(col.active_months, col.customers),
            mean_historic_margin=ratio(col.margin / 100, col.customers),
            lifetime_months_projected=ratio(lit(1.0), 1 - col.crr_month),
            cost_coverage=ratio(col.costed_revenue, col.revenue).fill_null(0),
        )
        .with_columns(
            ltv_formula=per_month * col.lifetime_months,
            ltv_projected=per_month * col.lifetime_months_projected,
        )
    )


def abc_xyz_customers(months: pl.DataFrame, facts: pl.DataFrame, as_of: dt.date) -> pl.LazyFrame:
    """Who earns the revenue, and how steadily (K6, K7). Equals share their rank and their sums."""
    last = last_complete("month", as_of)
    observed = (
        months.lazy()
        .filter(col.month > last - DECLARED["xyz_months"], col.month <= last)
        .group_by("customer")
        .agg(
            active_months=pl.len().cast(pl.Int64),
            observed=col.revenue.sum(),
            squares=col.revenue.pow(2).sum(),
        )
    )
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    is_new = col.revenue.ne_missing(col.revenue.shift())
    is_last = col.revenue.ne_missing(col.revenue.shift(-1))
    gain = col.revenue.clip(lower_bound=0)
    a_cut, b_cut = share("abc_a_share"), share("abc_b_share")

    def xyz(x: str, y: str) -> pl.Expr:
        return (
            when(col.reason.is_not_null())
            .then(lit("N"))
            .when(col.cv <= DECLARED[x])
            .then(lit("X"))
            .when(col.cv <= DECLARED[y])
            .then(lit("Y"))
            .otherwise(lit("Z"))
        )

    return (
        facts.lazy()
        .select("customer", "customer_id", "revenue", "first_order_date")
        .join(observed, on="customer", how="left")
        .sort("revenue", descending=True)
        .with_columns(
            col("active_months", "observed", "squares").fill_null(0),
            revenue_rank=when(is_new).then(row).forward_fill() + 1,
            larger=when(is_new).then(gain.cum_sum() - gain).forward_fill(),
            larger_or_equal=when(is_last).then(gain.cum_sum()).backward_fill(),
            total=gain.sum(),
            n_months=(last - period("month", col.first_order_date) + 1)
            .clip(0, DECLARED["xyz_months"])
            .cast(pl.Int64),
        )
        .with_columns(
            reason=when(col.n_months < DECLARED["xyz_min_months"])
            .then(lit("short_history"))
            .when(col.active_months == 0)
            .then(lit("no_purchases"))
            .when(col.observed <= 0)
            .then(lit("no_revenue")),
            cv=ratio(
                (col.n_months * col.squares - col.observed.pow(2)).clip(lower_bound=0).sqrt(), col.observed
            ).round(12),
            abc=when(col.revenue <= 0)
            .then(lit("C"))
            .when(col.larger * 10000 < a_cut * col.total)
            .then(lit("A"))
            .when(col.larger * 10000 < b_cut * col.total)
            .then(lit("B"))
            .otherwise(lit("C")),
        )
        .with_columns(xyz=xyz("xyz_x_cv", "xyz_y_cv"), xyz_retail=xyz("xyz_retail_x_cv", "xyz_retail_y_cv"))
        .with_columns(abc_xyz=col.abc + col.xyz)
        .select(
            "customer_id",
            money("revenue"),
            "revenue_rank",
            "abc",
            "n_months",
            "active_months",
            "xyz",
            "xyz_retail",
            "reason",
            "abc_xyz",
            prefix_share=ratio(col.larger, col.total),
            cum_share=ratio(col.larger_or_equal, col.total),
            cv=when(col.reason.is_null()).then("cv"),
            is_target=col.abc_xyz.is_in(DECLARED["target_classes"]),
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
            money("revenue", "monetary"),
            frequency=col.orders,
            r_score=score(col.recency_days.rank("min", descending=True)),
            f_score=score(col.orders.rank("min")),
            m_score=score(col.revenue.rank("min")),
        )
        .with_columns(rfm=pl.concat_str("r_score", "f_score", "m_score"))
        .join(segments, on="rfm", how="left")
    )


def concentration(facts: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """How much rests on how few (K10)."""
    is_regular = (col.purchase_days >= REGULAR) & col.is_active
    top_share, total_share = share("top_customers_share"), share("top_total_share")
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    amount = col.amount
    for population in ("all", "regular"):
        members = facts.lazy().filter(lit(True) if population == "all" else is_regular)
        for measure in ("revenue", "margin"):
            top = -(-pl.len().cast(pl.Int64) * top_share // 10000)
            yield (
                members.select(amount=col(measure).clip(lower_bound=0))
                .sort("amount", descending=True)
                .select(
                    customers=pl.len().cast(pl.Int64),
                    is_unknown=amount.is_null().any(),
                    total=amount.sum(),
                    ranked=((pl.len() - rank + 1).cast(pl.Float64) * amount).sum(),
                    top_20pct_customers=top,
                    top_amount=amount.filter(rank <= top).sum(),
                    customers_for_80pct=rank.filter(
                        amount.cum_sum() * 10000 >= total_share * amount.sum()
                    ).min(),
                )
                .select(
                    "customers",
                    *(
                        when(~col.is_unknown & (col.customers > 0)).then(value).alias(name)
                        for name, value in {
                            "total": money("total"),
                            "gini": ratio(
                                2 * col.ranked - (col.customers + 1).cast(pl.Float64) * col.total,
                                col.customers.cast(pl.Float64) * col.total,
                            ),
                            "top_20pct_customers": col.top_20pct_customers,
                            "top_20pct_share": ratio(col.top_amount, col.total),
                        }.items()
                    ),
                    *(
                        when(~col.is_unknown & (col.total > 0)).then(value).alias(name)
                        for name, value in {
                            "customers_for_80pct": col.customers_for_80pct,
                            "customers_for_80pct_share": col.customers_for_80pct / col.customers,
                        }.items()
                    ),
                    population=lit(population),
                    measure=lit(measure),
                )
            )


def occasions(booked: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The days on which occasions began, how long each keeps its customer active, and where that ends."""
    refunded = (
        booked.lazy()
        .filter("is_qualifying", col.ends_on > col.order_date)
        .group_by("customer", "order_date")
        .agg(col.ends_on.max())
        .join(days.lazy(), on=["customer", "order_date"], how="anti")
        .select("customer", "order_date", "ends_on")
    )
    lasting = days.lazy().select("customer", "order_date", ends_on=lit(None, pl.Date))
    return (
        pl.concat([lasting, refunded])
        .sort("customer", "order_date")
        .with_columns(until=pl.min_horizontal(col.order_date + dt.timedelta(days=ACTIVE_DAYS), "ends_on"))
        .with_columns(carried=running_max(col.until))
        .with_columns(
            is_arrival=(col.order_date > before(col.carried)).fill_null(True),
            lapses_on=when((after(col.order_date) > col.carried).fill_null(True)).then("carried"),
            number=row_number(),
        )
        .collect()
    )


def ladder_states(booked: pl.DataFrame, happened: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """What is true of everyone since when, as one level: known, bought once, bought again, regular (K12)."""
    nothing = lit(0, pl.Int32)

    def changes(frame: pl.LazyFrame, day: str, bought: pl.Expr, activity: pl.Expr) -> pl.LazyFrame:
        return frame.select("customer", day=col(day), bought=bought, activity=activity)

    known = booked.lazy().group_by("customer").agg(col.order_date.first())
    refunds = happened.lazy().filter(col.ends_on.is_not_null())
    with_refund = refunds.select("customer").unique().with_columns(has_refund=lit(True))
    arrivals = (
        happened.lazy()
        .join(with_refund, on="customer", how="left")
        .filter(col.is_arrival | col.has_refund | (col.number <= REGULAR))
    )
    one = lit(1, pl.Int32)
    return (
        pl.concat(
            [
                changes(known, "order_date", nothing, nothing),
                changes(arrivals, "order_date", one, col.is_arrival.cast(pl.Int32)),
                changes(happened.lazy().filter(col.lapses_on <= as_of), "lapses_on", nothing, -one),
                changes(refunds, "ends_on", -one, nothing),
            ]
        )
        .group_by("customer", "day")
        .agg(col("bought", "activity").sum())
        .sort("customer", "day")
        .with_columns(bought_so_far=running_sum(col.bought), active=running_sum(col.activity))
        .with_columns(
            occasions=pl.min_horizontal("bought_so_far", lit(REGULAR)),
            had=pl.min_horizontal(col.bought_so_far - col.bought, lit(REGULAR)),
            is_active=col.active > 0,
            was_active=col.active - col.activity > 0,
            is_first=NEW_CUSTOMER,
        )
        .filter(col.is_first | (col.occasions != col.had) | (col.is_active != col.was_active))
        .with_columns(
            cause=when("is_first")
            .then(lit("known"))
            .when(col.occasions < col.had)
            .then(lit("full_refund"))
            .when(col.was_active & ~col.is_active)
            .then(lit("lapse"))
            .when(col.is_active & ~col.was_active & (col.had > 0))
            .then(lit("return"))
            .otherwise(lit("purchase"))
            .cast(pl.Enum(["known", "full_refund", "lapse", "return", "purchase"])),
            level=when((col.occasions >= REGULAR) & col.is_active)
            .then(3)
            .otherwise(pl.min_horizontal("occasions", lit(2)))
            .cast(pl.Int8),
        )
        .with_columns(level_before=before(col.level).fill_null(-1))
        .select("customer", "day", "level", "level_before", "cause", "occasions", "is_active", "was_active")
        .collect()
        .set_sorted("customer")
    )


def ladder_steps(ladder: str) -> pl.DataFrame:
    """The stays on a ladder that every change of level makes."""
    columns = dict(zip(Step._fields, (pl.Int8, pl.Int8, pl.Int32, *[pl.String] * 3, pl.Boolean), strict=True))
    return pl.DataFrame(steps_on(ladder), schema=columns, orient="row").with_columns(
        col("rung", "rule", "direction").cast(pl.Categorical)
    )


def moves_on(ladder: str, states: pl.DataFrame) -> pl.DataFrame:
    """The changes of rung on one ladder, each with the day of the next."""
    rung_of = rungs_by_level(ladder)
    return (
        states.lazy()
        .with_columns(
            reached=col.level.replace_strict(rung_of, return_dtype=pl.Int32),
            previous=col.level_before.replace_strict(rung_of, return_dtype=pl.Int32),
        )
        .filter(col.reached != col.previous)
        .with_columns(until=after(col.day))
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
            col("occasions", "is_active").last(),
            highest=col.level.max(),
            has_returned=(col.cause == "return").any(),
        )
        .select(
            "customer",
            "highest",
            activity=when(col.occasions == 0)
            .then(lit("never_bought"))
            .when(~col.is_active)
            .then(lit("lapsed"))
            .when("has_returned")
            .then(lit("returned"))
            .otherwise(lit("active"))
            .cast(pl.Categorical),
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
                "customer_id",
                "rung_no",
                "rung",
                "direction",
                "is_imputed",
                ladder=lit(ladder),
                valid_from=col.day,
                valid_to=when("is_imputed").then("day").otherwise("until"),
                rule_id=pl.coalesce("rule", col.cause.cast(pl.Categorical)),
            )
        )
        highest = {level: rungs.get(rung) for level, rung in rungs_by_level(ladder).items()}
        stages.append(
            moves.lazy()
            .filter(col.until.is_null(), col.reached.is_in(list(rungs)))
            .join(lives.lazy(), on="customer")
            .select(
                "customer_id",
                "activity",
                *(
                    lit(None, pl.Boolean).alias(fact)
                    for fact in ("is_only_us", "pays_premium", "has_recommended")
                ),
                ladder=lit(ladder),
                rung_no=col.reached,
                rung=col.reached.replace_strict(rungs, return_dtype=pl.Categorical),
                highest_rung_ever=col.highest.replace_strict(highest, return_dtype=pl.Categorical),
                since=col.day,
                turn_no=lit(1, pl.Int32),
                evidence=lit("no_data"),
                wallet_known=lit(False),
                as_of_date=lit(as_of),
            )
        )
    write(pl.concat(history), out, "ladder_history")
    write(pl.concat(stages), out, "ladder_stages")


def ladder_transitions(states: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """How many changed from rung to rung in each month, and how many did not."""
    by_level = (
        states.lazy()
        .with_columns(month=period("month", col.day))
        .with_columns(key=(NEW_CUSTOMER | (col.month != col.month.shift())).cum_sum())
        .set_sorted("key")
        .group_by("key", maintain_order=True)
        .agg(col("month", "level_before", "was_active").first(), col("level", "is_active").last())
        .group_by("month", "level_before", "level", lapsed=col.was_active & ~col.is_active)
        .agg(customers=pl.len().cast(pl.Int64))
        .collect()
    )
    return pl.concat(transitions_on(ladder, by_level, calendar) for ladder in LADDERS)


def transitions_on(ladder: str, by_level: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """The transitions of one ladder; by now a few thousand rows."""
    rung_of, names = rungs_by_level(ladder), rungs_of(ladder)
    rungs = {min(names) - 1: "not on the ladder"} | names
    moves = (
        by_level.with_columns(
            from_no=col.level_before.replace_strict(rung_of, return_dtype=pl.Int32),
            to_no=col.level.replace_strict(rung_of, return_dtype=pl.Int32),
        )
        .filter((col.from_no != col.to_no) | col.lapsed & col.to_no.is_in(list(names)))
        .group_by("month", "from_no", "to_no")
        .agg(col.customers.sum())
        .with_columns(
            from_rung=col.from_no.replace_strict(rungs),
            to_rung=when(col.from_no == col.to_no)
            .then(lit("lapsed"))
            .otherwise(col.to_no.replace_strict(rungs)),
        )
        .select("month", "from_rung", "to_rung", "customers")
    )
    gone = moves.group_by("month", rung=col.from_rung).agg(
        changed=col.customers.sum(), left=col.customers.filter(col.to_rung != "lapsed").sum()
    )
    come = moves.group_by("month", rung=col.to_rung).agg(came=col.customers.sum())
    unchanged = (
        pl.DataFrame({"rung": list(names.values())})
        .join(calendar, how="cross")
        .join(gone, on=["month", "rung"], how="left")
        .join(come, on=["month", "rung"], how="left")
        .with_columns(col("changed", "left", "came").fill_null(0))
        .sort("rung", "month")
        .with_columns(gained=col.came - col.left)
        .with_columns(stood=col.gained.cum_sum().over("rung") - col.gained)
        .select("month", from_rung=col.rung, to_rung=lit("no change"), customers=col.stood - col.changed)
        .filter(col.customers > 0)
    )
    return pl.concat([moves, unchanged]).select(
        "month",
        "from_rung",
        "to_rung",
        "customers",
        ladder=lit(ladder),
        share=col.customers / col.customers.sum().over("month", "from_rung"),
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
        return (col.customer.cast(pl.Int64) * 2**20 + number).set_sorted().alias("key")

    # The state at the end of a month is the last one begun by then: one key makes it a merge of two columns.
    by_level = (
        months.lazy()
        .select(key(col.month), "month", "revenue", "margin")
        .join_asof(
            states.lazy().select(key(period("month", col.day)), "level"), on="key", strategy="backward"
        )
        .group_by("month", "level")
        .agg(col.revenue.sum(), known_sum("margin"))
        .collect()
    )
    standing = (
        transitions.lazy()
        .with_columns(
            rung=when(col.to_rung.is_in(["no change", "lapsed"])).then("from_rung").otherwise("to_rung")
        )
        .group_by("ladder", "month", "rung")
        .agg(col.customers.sum())
    )
    rungs, revenue = [], []
    for ladder in LADDERS:
        revenue.append(
            by_level.with_columns(
                ladder=lit(ladder),
                rung_no=col.level.replace_strict(rungs_by_level(ladder), return_dtype=pl.Int32),
            )
            .group_by("ladder", "month", "rung_no")
            .agg(col.revenue.sum(), known_sum("margin"), has_bought=lit(True))
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
            "rung_no",
            "rung",
            col.customers.fill_null(0),
            money("revenue").fill_null(0),
            month=start("month", "month"),
            share_of_customers=ratio(col.customers.fill_null(0), col.customers.sum().over("ladder", "month")),
            margin=when(col.has_bought.is_null()).then(0).otherwise(money("margin")),
            is_complete=col.month <= last_complete("month", as_of),
        )
    )


def make_marts(folder: Path, out: Path) -> None:
    """Write all marts of orders.parquet and refunds.parquet as Parquet.

    Args:
        folder: the folder of the two files.
        out: the folder to write to.
    """
    booked, as_of = read_orders(folder)
    names = booked.lazy().group_by("customer").agg(col.customer_id.first()).collect()
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
        month=pl.int_range(period("month", lit(first_known)), period("month", lit(as_of)) + 1, dtype=pl.Int32)
    )
    transitions = ladder_transitions(states, calendar)
    write(transitions.lazy().with_columns(month=start("month", "month")), out, "ladder_transitions")
    write(ladder_distribution(states, months, transitions, calendar, as_of), out, "ladder_distribution")


if __name__ == "__main__":
    make_marts(Path(sys.argv[1]), Path(sys.argv[2]))
