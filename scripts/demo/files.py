"""What happened, as the rows of the files of the contract."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from scripts.demo.entities import Customer, Order
from scripts.demo.plan import (
    ANSWERS,
    CAMPAIGNS,
    CHANNELS,
    COUPON_DAYS,
    DEAL,
    END,
    LAST_DAY,
    LOST_LEADS,
    QUALIFYING,
    RUBLES_PER_EURO,
    SEED,
    date_of,
)
from scripts.demo.shop import Shop

#: Rows of a file, values still typed.
Rows = Iterator[tuple[object, ...]]
#: An interaction: when, customer, lead, kind, campaign.
Event = tuple[dt.datetime, str, str, str, str]

#: The columns of each file.
COLUMNS = {
    "orders": "order_id customer_id ordered_at status amount currency discount_amount channel "
    "store_id manager_id campaign_id updated_at promised_at delivered_at exchange_of email phone "
    "card_no",
    "order_lines": "order_id line_no product_id quantity unit_price list_price unit_cost "
    "discount_amount discount_kind",
    "refunds": "refund_id order_id line_no refunded_at amount currency",
    "customers": "customer_id created_at name email phone card_no tax_id birth_date manager_id "
    "source_system is_image district_distance_km",
    "leads": "lead_id first_known_at channel customer_id email phone",
    "interactions": "interaction_id occurred_at customer_id lead_id kind campaign_id",
    "referrals": "referrer_customer_id referred_at referred_customer_id referred_lead_id evidence",
    "reviews": "customer_id reviewed_at score order_id text",
    "wallet_surveys": "customer_id asked_at period_start period_end category total_category_spend "
    "only_us answer_text source",
    "campaigns": "campaign_id starts_at ends_at channel kind cost",
    "campaign_targets": "campaign_id customer_id sent_at is_control",
    "cards": "card_no customer_id issued_at discount_pct",
    "points": "card_no occurred_at delta reason expires_at order_id",
    "coupons": "coupon_id customer_id issued_at valid_to redeemed_order_id",
    "service_costs": "customer_id month amount minutes kind",
    "tasks": "task_id manager_id customer_id due_at done_at",
    "deals": "deal_id customer_id stage stage_at lost_reason",
    "bank_transactions": "transaction_id booked_at amount currency payer_name payer_tax_id purpose",
    "exchange_rates": "currency rate_date rate",
}


class Table:
    """The rows of a file as text."""

    def __init__(self, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Write every value as the contract wants it."""
        self.columns = columns.split()
        self.rows = [[cell(value) for value in row] for row in rows]

    def like(self, number: int, **changes: str) -> list[str]:
        """Return a copy of a row with some of its columns changed."""
        record = dict(zip(self.columns, self.rows[number], strict=True))
        return list((record | changes).values())

    def scatter(self, rng: random.Random, rows: Iterable[list[str]]) -> None:
        """Put rows in between the others."""
        for row in rows:
            self.rows.insert(rng.randint(0, len(self.rows)), row)

    def write(self, path: Path) -> None:
        """Write a CSV file; a row of another width than the header goes out as it is, unquoted."""
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(self.columns)
            for row in self.rows:
                if len(row) == len(self.columns):
                    writer.writerow(row)
                else:
                    target.write(",".join(row) + "\n")


def _orders(shop: Shop) -> Rows:
    for order in shop.orders:
        customer = order.customer
        guest = shop.rng.randrange(4) if customer is None else 0
        yield (
            order.order_id,
            _id_used(order),
            _with_offset(shop.rng, order.moment),
            order.status,
            money(order.amount),
            customer.currency if customer else "RUB",
            money(order.discount),
            order.channel,
            "S1" if order.channel == "store" else None,
            customer.manager_id if customer else None,
            order.campaign_id,
            order.delivered or order.moment + dt.timedelta(hours=1),
            order.promised,
            order.delivered,
            order.exchange_of.order_id if order.exchange_of else None,
            shop.rng.choice(shop.customers).email.upper() if guest == 1 else None,
            f"+7 (900) 9{shop.rng.randrange(100_000, 999_999)}" if guest == 2 else None,
            customer.card.card_no if customer and customer.card else None,
        )


def _order_lines(shop: Shop) -> Rows:
    for order in shop.orders:
        for number, line in enumerate(order.lines, start=1):
            discount = line.quantity * (line.list_price - line.unit_price)
            prices = (line.unit_price, line.list_price, line.unit_cost, discount)
            ids = (order.order_id, number, line.product.product_id, line.quantity)
            yield (*ids, *map(money, prices), line.kind)


def _refunds(shop: Shop) -> Rows:
    refunds = sorted(shop.refunds, key=lambda refund: refund[2])
    for number, (order, line_no, moment, amount) in enumerate(refunds, start=1):
        currency = order.customer.currency if order.customer else None
        yield f"RF-{number:05d}", order.order_id, line_no or None, moment, money(amount), currency


def _customers(shop: Shop) -> Rows:
    rng = shop.rng
    for customer in shop.customers:
        number, is_company, card = customer.number, customer.is_company, customer.card
        birth = dt.date(rng.randint(1955, 2004), 1, 1) + dt.timedelta(days=rng.randrange(365))
        birth = dt.date(1988, 2, 29) if rng.random() < 0.004 else birth
        person = (
            f"77{number:08d}" if is_company else None,
            None if is_company or rng.random() < 0.5 else birth,
            customer.manager_id,
        )
        is_image = customer.habit == "key" and rng.random() < 0.15
        home = (is_image, None if is_company else f"{rng.lognormvariate(1, 0.9):.1f}")
        email = customer.email if rng.random() < 0.8 else None
        phone = _spelled(rng, customer.phone) if rng.random() < 0.9 else None
        known = (customer.name, email, phone, card.card_no if card else None)
        yield (customer.customer_id, customer.created, *known, *person, "crm", *home)
        if customer.second_id:
            created = customer.middle.moment - dt.timedelta(minutes=20)
            contacts = (f" {customer.email.upper()}", _spelled(rng, customer.phone))
            known = (customer.name, *contacts, None)
            yield (customer.second_id, created, *known, *person, "site", *home)


def _leads_and_interactions(shop: Shop) -> tuple[list[tuple[object, ...]], list[Event]]:
    """Give the leads, those of later customers first, and what everybody did and was told."""
    rng, leads, events = shop.rng, [], []
    found = [c for c in shop.customers if c.channel not in ("walk_in", DEAL.channel)]
    followed: list[Customer | None] = [c for c in found if rng.random() < 0.7]
    for number, customer in enumerate(followed + [None] * shop.count(LOST_LEADS), start=1):
        lead_id, phone = f"L{number:05d}", customer.phone if customer else f"7901{number:07d}"
        steps = ["ad_reached", "visit", "inquiry", "presentation", "quote", "objection"]
        if customer:
            first = customer.created - dt.timedelta(days=rng.randint(1, 12))
            who = (customer.channel, customer.customer_id, customer.email)
        else:
            first = shop.moment(rng.randrange(LAST_DAY - 1))
            who = (rng.choice(("search_ads", "social", "exhibition")), None, None)
            steps = steps[: rng.choices((1, 2, 3, 5, 6), (30, 25, 20, 15, 10))[0]]
        leads.append((lead_id, first, *who, _spelled(rng, phone)))
        for hours, kind in enumerate(steps):
            if hours < 3 or rng.random() < 0.4:
                events.append((first + dt.timedelta(hours=2 * hours), "", lead_id, kind, ""))
    for order in shop.orders:
        if order.customer:
            events += _contacts(rng, order.customer, order)
    for campaign, customer, moment, is_control in shop.targets:
        chances = () if is_control else (("email_sent", 1), ("email_open", 0.45), ("email_click", 0.3))
        for hours, (kind, chance) in enumerate(chances):
            if rng.random() >= chance:
                break
            when = moment + dt.timedelta(hours=5 * hours)
            events.append((when, customer.customer_id, "", kind, campaign.campaign_id))
    return leads, sorted(events)


def _contacts(rng: random.Random, customer: Customer, order: Order) -> Iterator[Event]:
    """Give the interactions that follow an order; complaints come from late deliveries."""
    end = order.delivered or order.promised
    complains = rng.random() < (0.3 if order.is_late else 0.01)
    for kind, days, chance in (
        ("training", 4, 0.08 if order is customer.orders[0] else 0.0),
        ("call", 6, 0.08),
        ("complaint", 1, 1.0 if complains else 0.0),
        ("complaint_solved", 3, 0.7 if complains else 0.0),
        ("thanks", 2, 0.15),
        ("survey", 9, 0.06),
        ("greeting", 12, 0.5 if order.moment.month == 12 else 0.0),
        ("event_attended", 20, 0.02 if customer.habit in ("regular", "key") else 0.0),
        ("visit_missed", 15, 0.01),
        ("test_drive", 25, 0.01),
    ):
        when = end + dt.timedelta(days=days)
        if rng.random() < chance and when.date() <= END:
            yield when, customer.customer_id, "", kind, ""


def _attentions(shop: Shop, events: Iterable[Event]) -> Iterator[Event]:
    """Give the answers to greetings, the gifts to good customers, and what these make of their own."""
    # A generator of its own, so that these habits shift nothing else in the shop.
    rng = random.Random(SEED)
    good = {c.customer_id for c in shop.customers if c.habit in ("regular", "key")}
    for when, customer_id, _, kind, _ in events:
        answered = when + dt.timedelta(days=1)
        if (
            kind == "greeting"
            and rng.random() < (0.35 if customer_id in good else 0.1)
            and answered.date() <= END
        ):
            yield answered, customer_id, "", "greeting_answered", ""
    for order in shop.orders:
        if order.delivered and order.customer and order.customer.customer_id in good:
            for kind, chance in (
                ("gift", 0.03),
                ("upgrade", 0.015),
                ("user_content", 0.006),
                ("co_design", 0.002),
            ):
                if rng.random() < chance:
                    yield order.delivered, order.customer.customer_id, "", kind, ""


def _referrals(shop: Shop) -> Rows:
    rng = shop.rng
    for customer in shop.customers:
        if customer.referrer:
            moment, referrer_id = (
                customer.created - dt.timedelta(days=1),
                customer.referrer.customer_id,
            )
            yield (
                referrer_id,
                moment,
                customer.customer_id,
                None,
                rng.choice(("code", "survey", "manual")),
            )
    regulars = [c for c in shop.customers if c.habit == "regular"]
    for customer in regulars[: shop.count(40)]:
        moment = shop.moment(rng.randint(LAST_DAY // 2, LAST_DAY - 1))
        lead_id = f"L{rng.randint(1, shop.count(LOST_LEADS)):05d}"
        yield customer.customer_id, moment, None, lead_id, "survey"
    # Somebody recommends himself; two recommend each other; one has two who recommended him.
    for referrer, referred in ((0, 0), (1, 2), (2, 1), (3, 4), (5, 4)):
        ids = shop.customers[referrer].customer_id, shop.customers[referred].customer_id
        yield ids[0], dt.datetime(2024, 6, 10 + referrer, 12), ids[1], None, "manual"


def _reviews(shop: Shop) -> Rows:
    yield shop.customers[0].customer_id, dt.datetime(2024, 6, 1, 12), "пять", None, ""  # bad_number
    for order in shop.orders:
        if order.customer and order.delivered and shop.rng.random() < 0.06:
            score = min(10, max(0, round(shop.rng.gauss(5 if order.is_late else 8.8, 1.4))))
            text = "Сделали в срок, спасибо" if score > 7 else "Ждали дольше, чем обещали"
            moment = order.delivered + dt.timedelta(hours=3)
            yield order.customer.customer_id, moment, score, order.order_id, text


def _wallet_surveys(shop: Shop) -> Rows:
    rng = shop.rng
    periods = (
        (dt.date(2023, 7, 1), dt.date(2024, 6, 30)),
        (dt.date(2024, 6, 1), dt.date(2025, 5, 31)),
    )
    for (start, end), customer in itertools.product(periods, shop.customers):
        bought = [o.amount for o in customer.orders if start <= o.moment.date() <= end]
        if len(bought) < 2 or customer.currency != "RUB" or rng.random() > 0.25:
            continue
        only_us = rng.random() < (0.35 if len(bought) > 5 else 0.1)
        total = round(sum(bought) / (rng.uniform(0.9, 1) if only_us else rng.uniform(0.15, 0.85)))
        asked = f"{end + dt.timedelta(days=rng.randint(3, 25))} 12:00:00"
        said = (rng.choice(ANSWERS), rng.choice(("survey", "survey", "tender", "estimate")))
        yield customer.customer_id, asked, start, end, None, money(total), only_us, *said


def _campaigns(shop: Shop) -> Rows:
    for c in CAMPAIGNS:
        cost = money(round(c.cost * 100 * shop.size))
        yield c.campaign_id, f"{c.starts} 00:00:00", f"{c.ends} 23:59:59", c.channel, c.kind, cost


def _coupons(shop: Shop) -> Rows:
    for number, (customer, since, order) in enumerate(shop.coupons, start=1):
        span = (f"{date_of(since)} 09:00:00", f"{date_of(since + COUPON_DAYS)} 23:59:59")
        yield f"K{number:05d}", customer.customer_id, *span, order.order_id if order else None
    holder = (shop.customers[0].customer_id, "2024-01-09 09:00:00", "2024-02-09 23:59:59")
    yield "K-LATE", *holder, shop.orders[-1].order_id  # redeemed after its last day
    yield "K-TWICE", *holder, shop.orders[-1].order_id  # key_conflict: for two orders
    yield "K-TWICE", *holder, shop.orders[-2].order_id


def _service_costs(shop: Shop) -> Rows:
    costs: dict[tuple[str, dt.date, str], int] = defaultdict(int)
    for customer in shop.customers:
        low = 600_000 if customer.is_costly else 8_000
        for order in customer.orders:
            month = order.moment.date().replace(day=1)
            costs[customer.customer_id, month, "service"] += shop.rng.randint(low, 3 * low)
        if customer.orders:
            month = customer.orders[0].moment.date().replace(day=1)
            price = CHANNELS.get(customer.channel, (0, 70_000))[1]
            costs[customer.customer_id, month, "acquisition"] += price
        if customer.card:
            costs[customer.customer_id, date_of(customer.card.day).replace(day=1), "programme"] = 25_000
    for (customer_id, month, kind), cost in costs.items():
        yield customer_id, month, money(cost), cost // 2000 if kind == "service" else None, kind


def _tasks(shop: Shop) -> Rows:
    owners = [(c, order) for c in shop.customers for order in c.orders[2::4]]
    for number, (customer, order) in enumerate(owners, start=1):
        due = order.moment.replace(hour=18, minute=0, second=0) + dt.timedelta(days=10)
        done = due + dt.timedelta(hours=shop.rng.randint(-60, 40))
        # One of the managers hardly gets round to it.
        is_done = shop.rng.random() < (0.3 if customer.manager_id == "M05" else 0.85)
        ids = (f"T{number:05d}", customer.manager_id, customer.customer_id)
        yield *ids, due, done if is_done and done.date() <= END else None


def _deals(shop: Shop) -> Rows:
    reasons = ("no_need", "no_money", "no_hurry", "no_desire", "no_trust")
    for customer in shop.customers:
        if customer.is_company and shop.rng.random() < 0.5:
            won = customer.orders[0].moment if customer.orders else None
            open_or_lost = shop.rng.choice(("new", "quote", "negotiation", "lost", "lost"))
            stage, since = "won" if won else open_or_lost, won or customer.created
            reason = shop.rng.choice(reasons) if stage == "lost" else None
            yield f"D{customer.number:05d}", customer.customer_id, stage, since, reason


def _bank_transactions(shop: Shop) -> Rows:
    """Give the payments of companies, at times one for several orders, and what is no sale.

    Most name the order; some only have its amount; a few say neither (unmatched, or a possible double),
    and a few are sales that nobody has entered as an order.
    """
    # A generator of its own, so that these habits shift nothing else in the shop.
    facts, habits = [], random.Random(SEED)
    for customer in (c for c in shop.customers if c.is_company):
        unpaid: list[Order] = []
        name = customer.name.upper() if shop.rng.random() < 0.1 else customer.name
        payer = (customer.currency, name, f"77{customer.number:08d}")
        for order in (o for o in customer.orders if o.status in QUALIFYING):
            unpaid.append(order)
            moment = order.moment + dt.timedelta(days=shop.rng.randint(0, 4))
            if shop.rng.random() < 0.75 and moment.date() <= END:
                amount, text = sum(o.amount for o in unpaid), ", ".join(o.order_id for o in unpaid)
                habit = habits.random()
                if habit < 0.8 or len(unpaid) > 1:
                    purpose = f"Оплата по счёту № {text}"
                    if habit < 0.02:  # rounded up: what is over is unmatched
                        amount += 10_000 - amount % 10_000
                elif habit < 0.99:
                    purpose = "Оплата за полиграфические услуги, в т.ч. НДС 20%"
                else:  # neither its number nor its amount: a possible double
                    purpose, amount = "Частичная оплата за полиграфию", amount // 3
                facts.append((moment, amount, *payer, purpose))
                unpaid = []
    for order, _, moment, amount in shop.refunds:
        if order.customer and order.customer.is_company:
            customer = order.customer
            payer = (customer.currency, customer.name, f"77{customer.number:08d}")
            facts.append((moment, -amount, *payer, f"Возврат по заказу {order.order_id}"))
    us = ("ООО «Типография»", "7700000001")
    for day in range(30, LAST_DAY, 30):
        moment = shop.moment(day)
        facts.append((moment, 30_000_000, "RUB", *us, "Перевод собственных средств"))
        facts.append((moment, -149_000, "RUB", "Банк", "", "Комиссия за обслуживание счёта"))
        facts.append((moment, 4_850_000, "RUB", "Банк", "", "Возмещение по эквайрингу"))
    for number, day in enumerate(range(100, LAST_DAY, 200)):  # sales that are nobody's order
        payer = ("RUB", f"ООО «Разовый заказ {number + 1}»", f"78{number:08d}")
        moment = dt.datetime.combine(date_of(day), dt.time(12, 0))
        facts.append((moment, 1_234_500 + number, *payer, "Оплата за печать тиража"))
    rows = [
        (f"B{number:06d}", moment, money(amount), *rest)
        for number, (moment, amount, *rest) in enumerate(sorted(facts), start=1)
    ]
    yield from rows
    yield from rows[-3:]  # duplicate_exact: statements of overlapping periods


def _exchange_rates(shop: Shop) -> Rows:
    rate = float(RUBLES_PER_EURO)
    for day in range(LAST_DAY + 1):
        rate += shop.rng.gauss(0, 0.5) + (RUBLES_PER_EURO - rate) * 0.01
        yield "EUR", date_of(day), f"{rate:.4f}"


def _id_used(order: Order) -> str:
    """Return the id an order came under: who registered twice uses the second id from then on."""
    customer = order.customer
    if customer is None:
        return ""
    is_second = customer.second_id and order.moment >= customer.middle.moment
    return customer.second_id if is_second else customer.customer_id


def _with_offset(rng: random.Random, moment: dt.datetime) -> str:
    """Write a moment as local time or, at times, with its offset."""
    draw = rng.random()
    if draw < 0.02:
        return f"{moment.isoformat()}+03:00"
    if draw < 0.04:
        return f"{(moment - dt.timedelta(hours=3)).isoformat()}Z"
    return cell(moment)


def _spelled(rng: random.Random, phone: str) -> str:
    """Spell a phone number in one of the ways people do."""
    area, first, second, third = phone[1:4], phone[4:7], phone[7:9], phone[9:]
    return rng.choice((
        f"+{phone}",
        f"+7 ({area}) {first}-{second}-{third}",
        f"8 {area} {first} {second} {third}",
        phone[1:],
    ))  # fmt: skip


def cell(value: object) -> str:
    """Return a value as the contract writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return "" if value is None else str(value)


def money(hundredths: int) -> Decimal:
    """Return hundredths of a currency as its units."""
    return Decimal(hundredths).scaleb(-2)


def tables(shop: Shop) -> dict[str, Table]:
    """Write down what happened, as the file of each entity; the orders of 2023 have a file of their own."""
    leads, events = _leads_and_interactions(shop)
    events += sorted(_attentions(shop, events))
    contents: dict[str, Iterable[tuple[object, ...]]] = {
        "orders": _orders(shop),
        "order_lines": _order_lines(shop),
        "refunds": _refunds(shop),
        "customers": _customers(shop),
        "leads": leads,
        "interactions": ((f"I{number:06d}", *event) for number, event in enumerate(events, start=1)),
        "referrals": _referrals(shop),
        "reviews": _reviews(shop),
        "wallet_surveys": _wallet_surveys(shop),
        "campaigns": _campaigns(shop),
        "campaign_targets": (
            (campaign.campaign_id, customer.customer_id, *rest) for campaign, customer, *rest in shop.targets
        ),
        "cards": (
            (c.card.card_no, c.customer_id, shop.moment(c.card.day), c.card.percent)
            for c in shop.customers
            if c.card
        ),
        "points": (move for c in shop.customers if c.card for move in c.card.moves),
        "coupons": _coupons(shop),
        "service_costs": _service_costs(shop),
        "tasks": _tasks(shop),
        "deals": _deals(shop),
        "bank_transactions": _bank_transactions(shop),
        "exchange_rates": _exchange_rates(shop),
    }
    written = {name: Table(COLUMNS[name], rows) for name, rows in contents.items()}
    first_of_2024 = next(n for n, order in enumerate(shop.orders) if order.moment.year == 2024)
    orders = written.pop("orders")
    written["orders_2023"], written["orders_2024"] = Table(COLUMNS["orders"], ()), orders
    written["orders_2023"].rows, orders.rows = (
        orders.rows[:first_of_2024],
        orders.rows[first_of_2024:],
    )
    return written
