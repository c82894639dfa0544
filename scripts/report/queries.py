"""What the report reads: aggregates and the first few of a list, so that it is small for any shop."""

from __future__ import annotations

import re

import duckdb

from scripts.figures import Row, rows

#: So many of a list are shown; the report says how many are not.
SHOWN = 15
#: So many months of history are drawn.
MONTHS = 13

_LAST_MONTH = "(select max(month) from marts.ladder_distribution)"
_WINDOW = "(select activity_window_days from core.run_context)"

#: An id that may be shown: who is on the erase list has a pseudonym (catalogue.Disclosure).
_WHO = "coalesce((select pseudonym from erased where person_id = customer_id), customer_id) as customer_id"

#: Each by the name it has in the templates. One whose tables are not in the warehouse is None there.
QUERIES = {
    "rungs": f"""
        select rung_no, rung, customers, share_of_customers
        from marts.ladder_distribution
        where ladder = 'canonical' and month = {_LAST_MONTH}
        order by rung_no
    """,
    "ladder_months": f"""
        select month, rung_no, rung, customers, is_complete
        from marts.ladder_distribution
        where ladder = 'canonical' and month > {_LAST_MONTH} - interval {MONTHS} month
        order by month, rung_no
    """,
    "moves": f"""
        select from_rung, to_rung, sum(customers) as customers
        from marts.ladder_transitions
        where ladder = 'canonical' and month > {_LAST_MONTH} - interval 12 month
        group by from_rung, to_rung
        order by customers desc, from_rung, to_rung
    """,
    "skirt": """
        select rung_no, rung, reached, reached_below, conversion_from_below, conversion_from_bottom,
            steps_observed, median_step_days, campaign_cost, cost_per_person
        from marts.sales_skirt where population = 'all' order by rung_no
    """,
    "channels": f"""
        select
            channel,
            max(reached) filter (where rung = 'interested') as interested,
            max(reached) filter (where rung = 'buyer') as buyers,
            max(reached) filter (where rung = 'regular') as regulars,
            max(cost_per_person) filter (where rung = 'interested') as cost_per_candidate,
            max(campaign_cost) as campaign_cost,
            count(*) over () as listed
        from marts.sales_skirt where population = 'channel'
        group by channel order by buyers desc, channel limit {SHOWN}
    """,
    "retention": f"""
        select * from (
            select * from marts.customer_retention
            where period_grain = 'month' and window_days = {_WINDOW}
            order by period desc limit 24
        ) order by period
    """,
    "cohorts": """
        select * from marts.cohort_retention
        where period_grain = 'month' and cohort in (
            select distinct cohort from marts.cohort_retention where period_grain = 'month'
            order by cohort desc limit 18
        )
        order by cohort, age
    """,
    "ltv": "select * from marts.ltv_summary",
    "clv_backtest": """
        select *, cast(horizon_days / 7 as integer) as weeks from marts.clv_backtest
        order by horizon_days, method
    """,
    "classes": """
        select abc, xyz_retail as xyz, count(*) as customers, sum(revenue) as revenue
        from marts.abc_xyz_customers group by abc, xyz_retail order by abc, xyz_retail
    """,
    "product_classes": """
        select abc, xyz_retail as xyz, count(*) as products, sum(revenue) as revenue
        from marts.abc_xyz_products group by abc, xyz_retail order by abc, xyz_retail
    """,
    "segments": """
        select segment, count(*) as customers, sum(monetary) as revenue
        from marts.rfm_customers group by segment order by revenue desc, segment
    """,
    "concentration": "select * from marts.concentration order by measure desc, population",
    "lorenz": """
        with customers as (
            select
                row_number() over by_revenue as place,
                count(*) over () as customers,
                sum(greatest(revenue, 0)) over (by_revenue rows unbounded preceding) as earned,
                sum(greatest(revenue, 0)) over () as total
            from marts.customer_facts
            window by_revenue as (order by revenue desc, customer_id)
        )
        select percents.percent / 100 as share_of_customers, earned / nullif(total, 0) as share_of_revenue
        from customers
        inner join range(1, 101) as percents (percent)
            on customers.place = ceil(customers.customers * percents.percent / 100)
        order by percents.percent
    """,
    "economics": "select * from marts.rung_economics where ladder = 'canonical' order by rung_no",
    "regulars_profit": """
        select sum(share_of_profit order by rung_no) as share_of_profit
        from marts.rung_economics
        where ladder = 'canonical'
            and rung_no >= (
                select rung_no from marts.rung_economics where ladder = 'canonical' and rung = 'regular'
            )
    """,
    "subgroups": """
        select rung_no, rung, subgroup, count(*) as customers, sum(profit) as profit
        from marts.profit_subgroups group by rung_no, rung, subgroup order by rung_no, subgroup
    """,
    "balance": f"""
        select * from (select * from marts.new_and_existing order by month desc limit {MONTHS}) order by month
    """,
    "order_costs": """
        select
            sum(cost_new) / nullif(sum(orders_new), 0) as cost_per_order_new,
            sum(cost_existing) / nullif(sum(orders_existing), 0) as cost_per_order_existing,
            count(is_unbalanced) as months_known,
            count(*) filter (where is_unbalanced) as months_unbalanced
        from (select * from marts.new_and_existing where is_complete order by month desc limit 12)
    """,
    "rung_retention": """
        select * from marts.rung_retention where ladder = 'canonical' order by rung_no, horizon_days
    """,
    "survival": """
        select rung_no, rung, max(days) as days, min(survival) as survival
        from marts.rung_survival where ladder = 'canonical' and days <= 365
        group by rung_no, rung, days // 7 order by rung_no, days
    """,
    "forecast": """
        select * from marts.ladder_forecast where ladder = 'canonical' order by rung_no, months_ahead
    """,
    "accuracy": """
        select * from marts.ladder_forecast_accuracy where ladder = 'canonical' order by months_ahead
    """,
    "guardrail": "select * from marts.programme_guardrail order by first_day",
    "programme": "select * from marts.programme_cost order by portability, amount desc nulls last, form",
    "price_response": "select * from marts.price_response order by rung_no",
    "adoption": """
        select
            count(*) as products,
            sum(revenue_existing) as revenue_existing,
            sum(revenue_new) as revenue_new
        from marts.new_product_adoption where is_complete
    """,
    "matrix": """
        select behavioural, emotional, quadrant, count(*) as customers
        from marts.loyalty_matrix group by behavioural, emotional, quadrant order by all
    """,
    "hunters": "select verdict, count(*) as customers from marts.price_hunters group by verdict order by all",
    "basis": "select basis, count(*) as customers from marts.loyalty_basis group by basis order by all",
    "trust": """
        select level, stage, count(*) as customers
        from marts.trust_levels group by level, stage order by level, stage
    """,
    "effects": "select * from marts.service_effects order by comparison, is_treated desc",
    "strategies": """
        select strategy, action, count(*) as people,
            sum(expected_margin order by customer_id) as expected_margin
        from marts.customer_actions group by strategy, action order by people desc, strategy, action
    """,
    "actions": f"""
        select * replace ({_WHO}), count(*) over () as listed from marts.customer_actions
        order by priority, customer_actions.customer_id limit {SHOWN}
    """,
    "greetings": f"""
        select occasion, next_on, days_until, count(*) as customers, count(reachable_by) as reachable,
            count(*) over () as listed
        from marts.greetings where days_until <= 30
        group by occasion, next_on, days_until order by next_on, occasion limit {SHOWN}
    """,
    "decisions": """
        select rung, decision, count(*) as people, sum(profit) as profit
        from marts.early_customer_decision group by rung, decision order by rung, decision
    """,
    "managers": f"""
        select *, count(*) over () as listed from marts.managers
        order by overdue desc, manager_id limit {SHOWN}
    """,
    "slipping": f"""
        select {_WHO}, segment, recency_days, frequency, monetary, count(*) over () as listed
        from marts.rfm_customers where segment in ('cannot_lose', 'at_risk')
        order by monetary desc, rfm_customers.customer_id limit {SHOWN}
    """,
    "undervalued": f"""
        select {_WHO}, rung, profit, has_wallet_headroom, trend, count(*) over () as listed
        from marts.profit_subgroups where is_undervalued
        order by profit desc, profit_subgroups.customer_id limit {SHOWN}
    """,
    "hidden_costs": f"""
        select {_WHO}, rung, profit, cost_to_serve_share, margin_share, count(*) over () as listed
        from marts.profit_subgroups where is_hidden_cost
        order by cost_to_serve_share - margin_share desc, profit_subgroups.customer_id limit {SHOWN}
    """,
    "accounting": """
        select *, count(*) over () as listed from quality.row_accounting
        order by rows_quarantined desc, entity, file limit 40
    """,
    "quarantine": """
        select entity, rule_code, count(*) as found, min(message) as message, count(*) over () as listed
        from quality.quarantine group by entity, rule_code order by found desc, entity, rule_code limit 40
    """,
    "findings": """
        select entity, rule_code, count(*) as found, min(message) as message, count(*) over () as listed
        from quality.findings group by entity, rule_code order by found desc, entity, rule_code limit 40
    """,
    "open_questions": """
        select
            (select count(*) from quality.possible_doubles) as possible_doubles,
            (select count(*) from quality.unmatched_payments) as unmatched_payments,
            (select count(*) from quality.shared_keys) as shared_keys,
            (select count(*) from quality.unmerged_groups) as unmerged_groups,
            (select count(*) from quality.identity_changes) as identity_changes,
            (select count(distinct month) from quality.restatements) as restated_months
    """,
}


def read_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row] | None]:
    """Run every query whose tables are there.

    Args:
        connection: an open connection to a built warehouse; gets an empty erase list if it has none.
    """
    connection.execute("create temp table if not exists erased (person_id varchar, pseudonym varchar)")
    there = tables_of(connection)
    return {
        name: rows(connection, query) if _needs(query) <= there else None for name, query in QUERIES.items()
    }


def tables_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of a warehouse, as schema.table."""
    found = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    return {name for (name,) in found}


def _needs(query: str) -> set[str]:
    return set(re.findall(r"\b(?:core|marts|quality)\.\w+", query))
