"""Two years of the shop: everything that happened, before it is written down."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import random

from scripts.demo.assortment import Product, products
from scripts.demo.entities import Card, Customer, Order, OrderLine, Visit
from scripts.demo.plan import (
    CALENDAR,
    CHANNELS,
    COUPON_DAYS,
    CUSTOMERS,
    DEAL,
    END,
    FIRMS,
    GUEST_ORDERS,
    HABITS,
    HOLIDAYS,
    HOUR_WEIGHTS,
    LAST_DAY,
    MANAGERS,
    MEN,
    MONTH_WEIGHTS,
    OLD_BASE_DAYS,
    PROMOS,
    QUALIFYING,
    RUBLES_PER_EURO,
    START,
    STRANGERS,
    SURNAMES,
    TAILS,
    WEEKDAY_WEIGHTS,
    WINBACK,
    WOMEN,
    Campaign,
    date_of,
)

#: Kind of a discount and its per cent.
Offer = tuple[str, int]
NO_OFFER: Offer = ("none", 0)


class Calendar:
    """Business time: it runs fast in December and stands still on holidays."""

    def __init__(self) -> None:
        """Sum up the weights of the days."""
        days = [START + dt.timedelta(days=n) for n in range(LAST_DAY + 1)]
        self.weights = [
            MONTH_WEIGHTS[d.month - 1]
            * WEEKDAY_WEIGHTS[d.weekday()]
            * (0.1 if (d.month, d.day) in HOLIDAYS else 1)
            for d in days
        ]
        mean = sum(self.weights) / len(self.weights)
        self.elapsed = list(itertools.accumulate(w / mean for w in self.weights))

    def later(self, day: int, gap: float) -> int:
        """Return the day so much business time after another; past the last day there is none."""
        return bisect.bisect_left(self.elapsed, self.elapsed[day] + gap)


class Shop:
    """Everything that happened, before it is written down."""

    def __init__(self, size: float, seed: int) -> None:
        """Make the shop up, in an order that matters: each step draws from the same dice."""
        self.size, self.rng, self.calendar = size, random.Random(seed), Calendar()
        self.products = products()
        self.orders: list[Order] = []
        self.refunds: list[tuple[Order, int, dt.datetime, int]] = []
        self.coupons: list[tuple[Customer, int, Order | None]] = []
        self.targets: list[tuple[Campaign, Customer, dt.datetime, bool]] = []
        self.customers = self._make_customers()
        self._plan_winback()
        self._plan_mailing()
        for customer in self.customers:
            self._make_orders(customer)
        guests = self.rng.choices(range(LAST_DAY + 1), self.calendar.weights, k=self.count(GUEST_ORDERS))
        self.orders += [self._make_order(None, Visit(day), NO_OFFER) for day in guests]
        self._make_refunds()
        self.orders.sort(key=lambda order: order.moment)
        for number, order in enumerate(self.orders, start=1):
            order.order_id = f"PH-{number:06d}"
        refunded = {id(order): moment for order, _, moment, _ in self.refunds}
        for customer in self.customers:
            self._book_points(customer, refunded)

    def count(self, number: float) -> int:
        """Return a number for size 1 at the size asked for, at least 1."""
        return max(1, round(number * self.size))

    def moment(self, day: int) -> dt.datetime:
        """Draw a moment of a day, in business hours or, at times, late in the evening."""
        hour = self.rng.choices(list(HOUR_WEIGHTS), list(HOUR_WEIGHTS.values()))[0]
        seconds = self.rng.randrange(3600)
        return dt.datetime.combine(START, dt.time(hour)) + dt.timedelta(days=day, seconds=seconds)

    def _make_customers(self) -> list[Customer]:
        deal = range((DEAL.starts - START).days, (DEAL.ends - START).days + 1)
        weights = [
            weight * (2.0 if day in deal else 2.5 if day < OLD_BASE_DAYS else 1)
            for day, weight in enumerate(self.calendar.weights)
        ]
        days = sorted(self.rng.choices(range(LAST_DAY + 1), weights, k=self.count(CUSTOMERS)))
        customers: list[Customer] = []
        patrons: list[Customer] = []
        for day in days:
            is_deal = day in deal and self.rng.random() < 0.9
            customer = self._make_customer(len(customers) + 1, day, is_deal)
            if customer.channel == "referral" and not patrons:
                customer.channel = "walk_in"
            elif customer.channel == "referral":
                customer.referrer = self.rng.choice(patrons)
            if customer.habit in ("regular", "key"):
                patrons.append(customer)
            customers.append(customer)
        for _ in range(self.count(STRANGERS)):
            day = self.rng.randrange(LAST_DAY)
            customer = self._make_customer(len(customers) + 1, day, False)
            customer.visits, customer.referrer, customer.second_id = [], None, ""
            customers.append(customer)
        return customers

    def _make_customer(self, number: int, day: int, is_deal: bool) -> Customer:
        rng = self.rng
        shares = [share for share, _ in CHANNELS.values()]
        channel = DEAL.channel if is_deal else rng.choices(list(CHANNELS), shares)[0]
        better = {"one_off": 0.45, "regular": 2.0, "key": 1.6} if channel == "referral" else {}
        chances = [habit.share * better.get(name, 1) for name, habit in HABITS.items()]
        habit = rng.choices(list(HABITS), chances)[0]
        if is_deal:
            habit = "one_off" if rng.random() < 0.96 else "occasional"
        is_company = rng.random() < (0.85 if habit in ("key", "contract") else 0.35)
        customer = Customer(
            customer_id=f"C{number:05d}",
            number=number,
            habit=habit,
            channel=channel,
            is_company=is_company,
            name=self._name(is_company),
            scale=HABITS[habit].scale * rng.lognormvariate(0, 0.6),
            manager_id=rng.choice(MANAGERS),
            created=self.moment(day) - dt.timedelta(days=rng.choice((1, 1, 2, 3, 9, 30))),
            favourites=rng.sample([p for p in self.products if p.launched < START], 3),
        )
        if day < OLD_BASE_DAYS and channel != "referral":
            customer.created -= dt.timedelta(days=rng.randint(60, 900))
        customer.currency = "EUR" if is_company and rng.random() < 0.02 else "RUB"
        customer.is_costly = habit in ("occasional", "regular") and rng.random() < 0.03
        customer.is_below_cost = habit == "regular" and rng.random() < 0.04
        customer.visits = self._plan_visits(habit, day)
        if is_deal:
            customer.visits[0] = Visit(day, DEAL.campaign_id, "promo", DEAL.percent)
        if len(customer.visits) > 6 and rng.random() < 0.04:
            customer.second_id = f"W{number:05d}"  # registered once more, on the web site
        return customer

    def _name(self, is_company: bool) -> str:
        rng = self.rng
        if is_company:
            form = rng.choice(("ООО", "ООО", "ИП", "АО"))
            if form == "ИП":
                return f"ИП {rng.choice(SURNAMES.split())} {rng.choice('АДЕИМНПС')}."
            return f"{form} «{rng.choice(FIRMS.split())} {rng.choice(TAILS.split())}»"
        if rng.random() < 0.5:
            return f"{rng.choice(SURNAMES.split())} {rng.choice(MEN.split())}"
        return f"{rng.choice(SURNAMES.split())}а {rng.choice(WOMEN.split())}"

    def _plan_visits(self, name: str, first: int) -> list[Visit]:
        rng, habit = self.rng, HABITS[name]
        if name == "contract":
            day_of_month = rng.randint(3, 9)
            months = range(0, (LAST_DAY - first) // 30 + 2)
            days = [first, *(_day_of_month(first, m, day_of_month) for m in months[1:])]
            return [Visit(day) for day in days if day <= LAST_DAY]
        if name == "hunter":
            promos = [p for p in PROMOS if (p.ends - START).days > first]
            chosen = [p for p in promos if rng.random() < 0.6] or promos[:1]
            return [
                Visit(
                    max(first, (p.starts - START).days + rng.randrange(12)),
                    p.campaign_id,
                    "promo",
                    p.percent,
                )
                for p in chosen
            ] or [Visit(first)]
        days = [first]
        lapses_at = rng.randint(3, 9) if name == "regular" and rng.random() < 0.15 else 0
        while rng.random() < habit.stay:
            gap = rng.gammavariate(habit.shape, habit.gap / habit.shape)
            pause = rng.randint(200, 290) if len(days) == lapses_at else 0
            day = self.calendar.later(min(days[-1] + pause, LAST_DAY), gap)
            if day > LAST_DAY:
                break
            days.append(day)  # the same day once more is one occasion in two orders
        return [Visit(day) for day in days]

    def _plan_winback(self) -> None:
        """Write to those who have not bought for 180 days; the control group is left alone."""
        rng, start = self.rng, (WINBACK.starts - START).days
        for customer in self.customers:
            before = [v for v in customer.visits if v.day < start]
            if not before or before[-1].day > start - 180 or customer.channel == DEAL.channel:
                continue
            is_control = rng.random() < 0.3
            self.targets.append((WINBACK, customer, self.moment(start), is_control))
            if rng.random() >= (0.05 if is_control else 0.32):
                if not is_control:
                    self.coupons.append((customer, start, None))
                continue
            offer = () if is_control else (WINBACK.campaign_id, "coupon", WINBACK.percent)
            day = start + rng.randint(2, 44)
            customer.visits.append(Visit(day, *offer))
            while rng.random() < 0.6 and (day := self.calendar.later(day, 45)) <= LAST_DAY:
                customer.visits.append(Visit(day))
            customer.visits.sort(key=lambda visit: visit.day)

    def _plan_mailing(self) -> None:
        """Send calendars to active customers, which changes nothing: no visit is added."""
        start = (CALENDAR.starts - START).days
        for customer in self.customers:
            days = [v.day for v in customer.visits if v.day < start]
            if len(days) > 1 and days[-1] > start - 180 and self.rng.random() < 0.8:
                is_control = self.rng.random() < 0.25
                self.targets.append((CALENDAR, customer, self.moment(start), is_control))

    def _make_orders(self, customer: Customer) -> None:
        rng, first = self.rng, customer.visits[0].day if customer.visits else 0
        for number, visit in enumerate(customer.visits):
            offer = self._discount(customer, visit, number)
            order, kind = self._make_order(customer, visit, offer), offer[0]
            customer.orders.append(order)
            if kind == "coupon":
                since = (WINBACK.starts - START).days if visit.campaign_id else first
                self.coupons.append((customer, since, order))
            if number == 0 and kind != "promo" and rng.random() < 0.12:
                # A coupon for the next purchase, used or not.
                following = customer.visits[1] if len(customer.visits) > 1 else None
                if following and not following.kind and following.day <= first + COUPON_DAYS:
                    following.kind, following.percent = "coupon", 20
                else:
                    self.coupons.append((customer, first, None))
            if number > 0 and not customer.card and kind != "promo" and rng.random() < 0.2:
                percent = rng.choice((0, 0, 0, 3, 5, 7))
                number_of_card = f"{29_000_000 + customer.number}"
                customer.card = Card(number_of_card, min(visit.day + 1, LAST_DAY), percent)
        self.orders += customer.orders

    def _discount(self, customer: Customer, visit: Visit, number: int) -> Offer:
        """Decide on the one discount of an order."""
        if visit.kind:
            return visit.kind, visit.percent
        if customer.is_below_cost:
            return "loyalty", 50
        if number == 0 and self.rng.random() < 0.2:
            return "first_order", 10
        if customer.card and customer.card.percent and visit.day >= customer.card.day:
            return "loyalty", customer.card.percent
        promo = next((p for p in PROMOS if p.starts <= date_of(visit.day) <= p.ends), None)
        if promo and customer.habit != "contract" and self.rng.random() < 0.3:
            visit.campaign_id = promo.campaign_id
            return "promo", promo.percent
        return NO_OFFER

    def _make_order(self, customer: Customer | None, visit: Visit, offer: Offer) -> Order:
        rng, moment = self.rng, self.moment(visit.day)
        loses = customer is None or customer.habit == "one_off"
        promised = moment + dt.timedelta(days=rng.randint(3, 7))
        late = rng.randint(1, 6) if rng.random() < (0.22 if loses else 0.08) else -rng.randint(0, 2)
        delivered = promised + dt.timedelta(days=late)
        status = self._status(visit.day)
        is_delivered = delivered.date() <= END and status in ("delivered", "completed", "returned")
        return Order(
            customer=customer,
            moment=moment,
            lines=self._lines(customer, visit.day, offer),
            status=status,
            campaign_id=visit.campaign_id,
            channel=rng.choices(("store", "site", "phone", "manager"), (35, 35, 12, 18))[0],
            promised=promised,
            delivered=delivered if is_delivered else None,
        )

    def _status(self, day: int) -> str:
        if self.rng.random() < 0.055:
            return self.rng.choices(("pending", "cancelled", "test", "returned"), (3, 5, 1, 1))[0]
        if day > LAST_DAY - 8:
            return self.rng.choice(("paid", "paid", "shipped", "pending"))
        return self.rng.choices(("completed", "delivered", "shipped", "paid"), (60, 28, 4, 8))[0]

    def _lines(self, customer: Customer | None, day: int, offer: Offer) -> list[OrderLine]:
        rng, on_sale = self.rng, [p for p in self.products if p.launched <= date_of(day)]
        wanted = customer.favourites if customer else rng.sample(on_sale, 2)
        scale, is_steady = 0.6, False
        if customer:
            scale, is_steady = customer.scale, customer.habit == "contract"
        chosen = list(wanted)
        if not is_steady:
            chosen = [p if rng.random() < 0.7 else rng.choice(on_sale) for p in wanted]
            chosen = chosen[: rng.choices((1, 2, 3), (50, 32, 18))[0]]
        lines = []
        for product in chosen:
            spread = rng.uniform(0.92, 1.08) if is_steady else rng.lognormvariate(0, 0.5)
            cheap = min(4.0, 500_000 / product.price)
            quantity = max(1, round(scale * spread * cheap))
            lines.append(self._line(customer, product, quantity, day, offer))
        if not is_steady and rng.random() < 0.1 and offer[0] != "promo":
            lines.append(self._line(customer, self.products[-1], 1, day, ("cross_sell", 10)))
        return lines

    def _line(
        self, customer: Customer | None, product: Product, quantity: int, day: int, offer: Offer
    ) -> OrderLine:
        per_unit = RUBLES_PER_EURO if customer and customer.currency == "EUR" else 1
        price = round(product.price_on(date_of(day)) / per_unit)
        cost = round(product.cost_on(date_of(day)) / per_unit)
        return OrderLine(product, quantity, price, price * (100 - offer[1]) // 100, cost, offer[0])

    def _make_refunds(self) -> None:
        """Give money back for some 3 % of the orders: all of it, a part, or that of a line."""
        rng = self.rng
        for order in [o for o in self.orders if o.status in QUALIFYING]:
            if rng.random() >= (0.06 if order.is_late else 0.028):
                continue
            days = rng.randint(21, 70) if rng.random() < 0.25 else rng.randint(1, 10)
            moment = order.moment + dt.timedelta(days=days, minutes=rng.randrange(60))
            if moment.date() > END:
                continue
            way = rng.random()
            if way < 0.35:
                self.refunds.append((order, 0, moment, order.amount))
                if order.customer and rng.random() < 0.3:
                    self._exchange(order, moment)
            elif way < 0.65:
                self.refunds.append((order, 0, moment, order.amount * rng.randint(10, 50) // 100))
            else:
                number = rng.randint(1, len(order.lines))
                line = order.lines[number - 1]
                self.refunds.append((order, number, moment, line.quantity * line.unit_price))

    def _exchange(self, order: Order, moment: dt.datetime) -> None:
        """Make the order that a fully refunded one was exchanged for."""
        visit = Visit((moment.date() - START).days, order.campaign_id)
        new = self._make_order(order.customer, visit, NO_OFFER)
        new.moment, new.lines, new.exchange_of = moment, order.lines, order
        self.orders.append(new)

    def _book_points(self, customer: Customer, refunded: dict[int, dt.datetime]) -> None:
        """Book points for money paid, and those spent on gifts; prices stay as they are."""
        card = customer.card
        if card is None or card.percent or customer.currency != "RUB":
            return
        for order in customer.orders:
            day = (order.moment.date() - START).days
            if day < card.day or order.status not in QUALIFYING:
                continue
            card.expire(day)
            if card.balance() > 500 and self.rng.random() < 0.2:
                card.move(order.moment, -(card.balance() // 2), "spent", order)
            earned = order.amount // 100 * 3 // 100
            if earned:
                card.move(order.moment, earned, "earned", order)
            if earned and order is customer.orders[-1] and id(order) in refunded:
                card.move(refunded[id(order)], -earned, "reversed", order)
        card.expire(LAST_DAY)


def _day_of_month(first: int, months: int, day: int) -> int:
    """Return the day number of a day of the month so many months after that of the first."""
    start = date_of(first)
    index = start.year * 12 + start.month - 1 + months
    return (dt.date(index // 12, index % 12 + 1, day) - START).days
