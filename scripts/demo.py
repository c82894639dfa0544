"""Generates the demo shop: a print house in Moscow, two years of it, made up from a seed.

The same seed and size always give the same bytes; the clock is never asked. What has been planted,
so that it can be looked for in the marts:

- Season: peaks in December and in March-April, a weak January and August, quiet weekends; growth.
- Habits: some 40 % of the customers buy once, a core buys on and on, a few earn most of the money.
  Contract customers order the same every month (the X and Y of XYZ).
- The cohort of February 2024 fails: a discount site (DEAL-2402) brought bargain hunters.
- The win-back of October 2024 (WINBACK-2410) works: far more of its targets than of its control
  group come back. The calendar mailing of February 2025 (CALENDAR-2502) changes nothing.
- Some regulars lapse for more than 180 days and return.
- Price hunters buy in the promo campaigns only, at their discounts.
- Customers brought by a referral buy longer and more; those whose delivery was late, less.
- A few customers cost more than they bring: by long service, or by prices below cost.
- Regulars answer greetings more often than others, and some are given gifts. Goods come
  under the brands of what they are made of.
- Prices of the product line `outdoor` rise by 7 % on 2024-09-01, all costs by 5 % on 2025-01-01.
- Companies pay by bank: most payments find their order, a few do not, four are sales nobody entered.
- Some people are registered twice, some buy as guests, some share a dummy phone number.
- About 1 % of the order rows, and a few of other files, are dirty: see the `_spoil_…` functions.
"""

from __future__ import annotations

import bisect
import csv
import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import click
import duckdb

START, END = dt.date(2023, 7, 1), dt.date(2025, 6, 30)
LAST_DAY = (END - START).days
SEED = 20240601
CUSTOMERS, STRANGERS, GUEST_ORDERS, LOST_LEADS = 1500, 60, 190, 450
QUALIFYING = ("paid", "shipped", "delivered", "completed")
RUBLES_PER_EURO = 98
#: Those who come in the first days have been customers for years.
OLD_BASE_DAYS = 75
COUPON_DAYS = 48
OUTDOOR_RISE, COST_RISE = dt.date(2024, 9, 1), dt.date(2025, 1, 1)
MONTH_WEIGHTS = (0.55, 0.9, 1.25, 1.3, 1.05, 0.9, 0.85, 0.6, 1.0, 1.1, 1.3, 1.7)
WEEKDAY_WEIGHTS = (1.1, 1.25, 1.2, 1.15, 1.05, 0.35, 0.12)
HOLIDAYS = {*((1, d) for d in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
HOUR_WEIGHTS = {9: 6, 10: 10, 11: 12, 12: 10, 13: 8, 14: 10, 15: 11, 16: 11, 17: 9, 18: 6, 22: 1}
#: What winning a customer costs, by channel.
CHANNELS = {
    "search_ads": (0.34, 90_000),
    "social": (0.2, 60_000),
    "walk_in": (0.26, 0),
    "exhibition": (0.1, 150_000),
    "referral": (0.1, 20_000),
}
MANAGERS = ("M01", "M02", "M03", "M04", "M05", "M06")

# name | category | product line | list price, RUB | cost share | launched | s service, u only here
CATALOGUE = """
Визитки, 100 шт|business cards|office|1100|0.46||
Визитки с ламинацией, 100 шт|business cards|office|1900|0.50||
Визитки дизайнерские, 100 шт|business cards|office|3400|0.44||u
Бланки фирменные, 500 шт|stationery|office|3900|0.57||
Конверты с логотипом, 250 шт|stationery|office|4300|0.60||
Папки с вырубкой, 100 шт|stationery|office|9800|0.58||
Печать с оснасткой|stamps|office|1600|0.42||
Листовки A6, 1000 шт|flyers|advertising|3200|0.52||
Листовки A5, 1000 шт|flyers|advertising|4800|0.53||
Листовки A4, 1000 шт|flyers|advertising|7900|0.54||
Буклеты в два сгиба, 500 шт|brochures|advertising|8600|0.55||
Брошюры 16 полос, 100 шт|brochures|advertising|12500|0.57||
Каталог 48 полос, 50 шт|brochures|advertising|19800|0.60||
Плакаты A3, 50 шт|posters|advertising|2900|0.49||
Плакаты A2, 25 шт|posters|advertising|3300|0.50||
Флаеры-купоны, 1000 шт|flyers|advertising|3600|0.52|2023-10-02|
Дорхенгеры, 500 шт|flyers|advertising|5200|0.51|2024-03-11|u
Баннер, 3 кв. м|banners|outdoor|2400|0.55||
Баннер, 18 кв. м|banners|outdoor|11800|0.58||
Ролл-ап 85x200|stands|outdoor|6900|0.61||
Штендер двусторонний|stands|outdoor|8200|0.63||
Табличка на дверь|signs|outdoor|1450|0.48||
Световой короб|signs|outdoor|26500|0.66||
Плёнка на витрину, 1 кв. м|signs|outdoor|1700|0.50||
Пресс-волл|stands|outdoor|17400|0.62|2024-04-15|
Наклейки листовые, 100 шт|stickers|packaging|1500|0.45||
Этикетки в рулоне, 1000 шт|stickers|packaging|4100|0.56||
Пакеты бумажные, 100 шт|packaging|packaging|7600|0.61||
Коробки самосборные, 50 шт|packaging|packaging|6400|0.60|2023-11-20|
Крафт-стаканы с логотипом, 500 шт|packaging|packaging|9300|0.64|2024-09-16|u
Календари карманные, 100 шт|calendars|gifts|1300|0.47||
Календари квартальные, 50 шт|calendars|gifts|11900|0.55||
Блокноты, 50 шт|gifts|gifts|5600|0.56||
Кружка с фото|gifts|gifts|690|0.52||
Футболка с печатью|gifts|gifts|1250|0.58||
Фотокнига|gifts|gifts|2900|0.50|2024-11-05|u
Дизайн макета|design|services|3500|0.30||s
Вёрстка, 1 полоса|design|services|900|0.33||s
Доставка по городу|delivery|services|450|0.80||s
Постпечатная ламинация, 100 л.|finishing|services|1200|0.35||s
"""

#: The brand of what goods of a category are made of, or come under; services have none.
BRANDS = {
    "business cards": "Берёста",
    "stationery": "Берёста",
    "brochures": "Берёста",
    "flyers": "Северный лист",
    "posters": "Северный лист",
    "calendars": "Северный лист",
    "banners": "Плёнкин",
    "signs": "Плёнкин",
    "stickers": "Плёнкин",
    "stands": "Стенд-М",
    "stamps": "Оттиск",
    "packaging": "Картоныч",
    "gifts": "Подарок",
}


@dataclass(frozen=True)
class Habit:
    """How a kind of customer buys; a gap is in days, a scale in cheques of an average customer."""

    share: float
    stay: float
    gap: float
    shape: float
    scale: float


HABITS = {
    "one_off": Habit(0.325, 0.0, 0, 1.0, 0.9),
    "occasional": Habit(0.33, 0.81, 58, 1.5, 1.0),
    "regular": Habit(0.205, 0.97, 18.5, 3.0, 1.2),
    "key": Habit(0.04, 0.985, 12, 4.0, 1.6),
    "contract": Habit(0.025, 0.0, 0, 0.0, 2.0),  # once every month
    "hunter": Habit(0.06, 0.0, 0, 0.0, 0.9),  # in promo campaigns only
}


@dataclass(frozen=True)
class Campaign:
    """A campaign; `percent` is the discount it gives."""

    campaign_id: str
    starts: dt.date
    ends: dt.date
    channel: str
    kind: str
    cost: int
    percent: int = 0


DEAL = Campaign("DEAL-2402", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "discount_site", "promo", 120_000, 40)
WINBACK = Campaign("WINBACK-2410", dt.date(2024, 10, 7), dt.date(2024, 11, 24), "email", "coupon", 24_000, 15)
CALENDAR = Campaign("CALENDAR-2502", dt.date(2025, 2, 3), dt.date(2025, 3, 31), "post", "gift", 85_000)
PROMOS = tuple(
    Campaign(f"PROMO-{start:%y%m}", start, start + dt.timedelta(days=13), "email", "promo", *terms)
    for start, terms in (
        (dt.date(2023, 9, 4), (15_000, 15)),
        (dt.date(2023, 11, 20), (30_000, 20)),
        (dt.date(2024, 3, 11), (18_000, 15)),
        (dt.date(2024, 5, 13), (18_000, 15)),
        (dt.date(2024, 9, 2), (20_000, 15)),
        (dt.date(2024, 11, 18), (40_000, 20)),
        (dt.date(2025, 3, 10), (22_000, 15)),
        (dt.date(2025, 5, 19), (22_000, 15)),
    )
)
CAMPAIGNS = (*PROMOS, DEAL, WINBACK, CALENDAR)

SURNAMES = "Иванов Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Волков Зайцев Орлов"
MEN = "Александр Дмитрий Сергей Андрей Алексей Иван Михаил Павел Артём Фёдор"
WOMEN = "Анна Елена Ольга Наталья Мария Ирина Светлана Татьяна Юлия Алёна"
FIRMS = "Вектор Кофейня Ромашка Старт Гранит Пекарня Лотос Атлант Клиника Фитнес Маяк Дельта Азбука"
TAILS = "Плюс Сервис Групп Трейд Студия Центр Про Дом"
ANSWERS = ("Быстрее сроки", "Доставка в день заказа", "Отсрочка платежа", "Скидка на тираж", "")

#: Kind of a discount and its per cent.
Offer = tuple[str, int]
NO_OFFER: Offer = ("none", 0)
#: Rows of a file, values still typed.
Rows = Iterator[tuple[object, ...]]
#: An interaction: when, customer, lead, kind, campaign.
Event = tuple[dt.datetime, str, str, str, str]


@dataclass(frozen=True)
class Product:
    """A thing or service on sale; money is in kopecks."""

    product_id: str
    name: str
    category: str
    line: str
    price: int
    cost_share: float
    launched: dt.date
    is_service: bool
    is_unique: bool

    def price_on(self, day: dt.date) -> int:
        """Return the list price of a day."""
        is_dearer = self.line == "outdoor" and day >= OUTDOOR_RISE
        return self.price * 107 // 100 if is_dearer else self.price

    def cost_on(self, day: dt.date) -> int:
        """Return the unit cost of a day."""
        return round(self.price * self.cost_share * (1.05 if day >= COST_RISE else 1))


@dataclass
class Visit:
    """A purchase still to be made up: its day, and the offer that goes with it."""

    day: int
    campaign_id: str = ""
    kind: str = ""
    percent: int = 0


@dataclass
class Card:
    """A loyalty card: one that gives a discount, or (0 per cent) one that collects points."""

    card_no: str
    day: int
    percent: int
    moves: list[tuple[object, ...]] = field(default_factory=list)
    lots: list[list[int]] = field(default_factory=list)

    def move(self, moment: dt.datetime, delta: int, reason: str, order: Order | None) -> None:
        """Book points earned or taken; the oldest are taken first."""
        expires = moment + dt.timedelta(days=365)
        if delta > 0:
            self.lots.append([(expires.date() - START).days, delta])
        else:
            self._take(-delta)
        order_id = order.order_id if order else None
        until = expires if delta > 0 else None
        self.moves.append((self.card_no, moment, delta, reason, until, order_id))

    def expire(self, day: int) -> None:
        """Book what has expired by a day."""
        while self.lots and self.lots[0][0] <= day:
            expiry, points = self.lots[0]
            moment = dt.datetime.combine(START + dt.timedelta(days=expiry), dt.time())
            if points:
                self.move(moment, -points, "expired", None)
            self.lots.pop(0)

    def balance(self) -> int:
        """Return the points that can be spent."""
        return sum(points for _, points in self.lots)

    def _take(self, points: int) -> None:
        for lot in self.lots:
            taken = min(lot[1], points)
            lot[1] -= taken
            points -= taken


@dataclass
class Customer:
    """Someone who buys, or only registered."""

    customer_id: str
    number: int
    habit: str
    channel: str
    is_company: bool
    name: str
    scale: float
    manager_id: str
    created: dt.datetime
    currency: str = "RUB"
    visits: list[Visit] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    favourites: list[Product] = field(default_factory=list)
    card: Card | None = None
    referrer: Customer | None = None
    is_costly: bool = False
    is_below_cost: bool = False
    second_id: str = ""

    @property
    def middle(self) -> Order:
        """Return the order in the middle of the customer's history."""
        return self.orders[len(self.orders) // 2]

    @property
    def phone(self) -> str:
        """Return the phone number, digits only; a few clerks typed in the same dummy."""
        return "70000000000" if self.number % 250 == 7 else f"7900{self.number:07d}"

    @property
    def email(self) -> str:
        """Return the e-mail address."""
        return f"{'office' if self.is_company else 'client'}{self.number}@example.com"


@dataclass
class OrderLine:
    """A line of an order; prices are in hundredths of its currency."""

    product: Product
    quantity: int
    list_price: int
    unit_price: int
    unit_cost: int
    kind: str


@dataclass
class Order:
    """An order of a customer, or of nobody known."""

    customer: Customer | None
    moment: dt.datetime
    lines: list[OrderLine]
    status: str
    campaign_id: str
    channel: str
    promised: dt.datetime
    delivered: dt.datetime | None
    order_id: str = ""
    exchange_of: Order | None = None

    @property
    def amount(self) -> int:
        """Return what was charged."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    @property
    def discount(self) -> int:
        """Return what was taken off the list prices."""
        return sum(line.quantity * (line.list_price - line.unit_price) for line in self.lines)

    @property
    def is_late(self) -> bool:
        """Tell whether the order was delivered after the day promised."""
        return self.delivered is not None and self.delivered > self.promised


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
        self.products = _products()
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
        promo = next((p for p in PROMOS if p.starts <= _date(visit.day) <= p.ends), None)
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
        rng, on_sale = self.rng, [p for p in self.products if p.launched <= _date(day)]
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
        price = round(product.price_on(_date(day)) / per_unit)
        cost = round(product.cost_on(_date(day)) / per_unit)
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


# The files. Each function gives the rows of one entity, whose columns are these.

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
        self.rows = [[_cell(value) for value in row] for row in rows]

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
            _money(order.amount),
            customer.currency if customer else "RUB",
            _money(order.discount),
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
            yield (*ids, *map(_money, prices), line.kind)


def _refunds(shop: Shop) -> Rows:
    refunds = sorted(shop.refunds, key=lambda refund: refund[2])
    for number, (order, line_no, moment, amount) in enumerate(refunds, start=1):
        currency = order.customer.currency if order.customer else None
        yield f"RF-{number:05d}", order.order_id, line_no or None, moment, _money(amount), currency


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
        yield customer.customer_id, asked, start, end, None, _money(total), only_us, *said


def _campaigns(shop: Shop) -> Rows:
    for c in CAMPAIGNS:
        cost = _money(round(c.cost * 100 * shop.size))
        yield c.campaign_id, f"{c.starts} 00:00:00", f"{c.ends} 23:59:59", c.channel, c.kind, cost


def _coupons(shop: Shop) -> Rows:
    for number, (customer, since, order) in enumerate(shop.coupons, start=1):
        span = (f"{_date(since)} 09:00:00", f"{_date(since + COUPON_DAYS)} 23:59:59")
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
            costs[customer.customer_id, _date(customer.card.day).replace(day=1), "programme"] = 25_000
    for (customer_id, month, kind), cost in costs.items():
        yield customer_id, month, _money(cost), cost // 2000 if kind == "service" else None, kind


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
        moment = dt.datetime.combine(_date(day), dt.time(12, 0))
        facts.append((moment, 1_234_500 + number, *payer, "Оплата за печать тиража"))
    rows = [
        (f"B{number:06d}", moment, _money(amount), *rest)
        for number, (moment, amount, *rest) in enumerate(sorted(facts), start=1)
    ]
    yield from rows
    yield from rows[-3:]  # duplicate_exact: statements of overlapping periods


def _exchange_rates(shop: Shop) -> Rows:
    rate = float(RUBLES_PER_EURO)
    for day in range(LAST_DAY + 1):
        rate += shop.rng.gauss(0, 0.5) + (RUBLES_PER_EURO - rate) * 0.01
        yield "EUR", _date(day), f"{rate:.4f}"


# The dirt. Rows are added, under ids of their own: no good order is lost to it.

#: What is written into which column of a copy of a good order, and what must become of it.
DIRTY_ORDERS = (
    ("amount", ""),  # missing_amount
    ("amount", "12 шт"),  # bad_number: a unit
    ("amount", "NaN"),  # bad_number: would poison every sum
    ("amount", "1e5"),  # bad_number: not 100000
    ("amount", "1 234,56"),  # bad_number: no such decimals were declared
    ("amount", "-500.00"),  # negative_amount
    ("ordered_at", ""),  # missing_ordered_at
    ("ordered_at", "2024-02-30 12:00:00"),  # bad_date: no such day
    ("ordered_at", "01/02/2024"),  # bad_date: January or February?
    ("ordered_at", "1900-01-01 00:00:00"),  # date_out_of_range: a spreadsheet's zero
    ("ordered_at", "2099-12-31 10:00:00"),  # date_out_of_range: must not move the as-of date
    ("status", "on_hold"),  # unknown_status
    ("status", ""),  # missing_status
    ("currency", "XXX"),  # currency_unknown
    ("currency", "USD"),  # rate_missing
    ("customer_id", "4.2E+10"),  # bad_id: a spreadsheet was here
)


def _spoil_orders(shop: Shop, orders: Table, lines: Table) -> None:
    rng, dirty = shop.rng, []
    good = [n for n, row in enumerate(orders.rows) if row[3] == "completed" and row[5] == "RUB"]
    lines_of: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(lines.rows):
        lines_of[row[0]].append(number)
    for copy in range(shop.count(4)):
        base = rng.choice(good)
        for number, (column, value) in enumerate(DIRTY_ORDERS):
            dirty.append(orders.like(base, order_id=f"PH-D{copy}-{number}", **{column: value}))
        dirty.append(orders.like(rng.choice(good)))  # duplicate_exact
        # order_id_conflict: both of PH-C, and the earlier version of PH-V; the later one loads.
        changed, odd = f"PH-V{copy}", f"PH-Ё/é {copy}"
        dirty += [
            orders.like(base, order_id=f"PH-C{copy}", amount="100.00"),
            orders.like(base, order_id=f"PH-C{copy}", amount="200.00"),
            orders.like(base, order_id=changed, amount="300.00"),
            orders.like(base, order_id=changed, updated_at="2025-06-30 20:00:00"),
            orders.like(base, order_id=odd, currency="руб."),  # loads: an alias, an id of any text
        ]
        for number, order_id in itertools.product(lines_of[orders.rows[base][0]], (changed, odd)):
            lines.rows.append(lines.like(number, order_id=order_id))
    dirty.append(["PH-RAGGED", "C00001", "2024-03-05 12:00:00", "paid", "100.00"])  # ragged_line
    dirty.append(["PH-QUOTE", '"C00001', "2024-03-05 12:00:00", "paid"])  # unclosed_quote
    orders.scatter(rng, dirty)


def _spoil_order_lines(shop: Shop, lines: Table) -> None:
    dirty = [
        lines.like(0, order_id="PH-NOWHERE"),  # orphan_line
        lines.like(0, line_no="91", quantity="-1"),  # negative_amount
        lines.like(0, line_no="92", quantity="две"),  # bad_number
        lines.like(0, line_no="93", product_id=""),  # missing_product_id
        lines.like(0, order_id="1.00001E+12"),  # bad_id
        lines.like(-1),  # duplicate_exact
    ]
    lines.scatter(shop.rng, dirty)


def _spoil_refunds(shop: Shop, refunds: Table) -> None:
    refunded = {id(order) for order, *_ in shop.refunds}
    # A good refund in an order of its own, to be spoilt: paid in rubles, early, not refunded yet.
    order = next(
        o
        for o in shop.orders
        if o.status in QUALIFYING and o.amount > 100_000 and id(o) not in refunded
        if o.customer and o.customer.currency == "RUB"
    )
    good = {"order_id": order.order_id, "line_no": "", "amount": "10.00", "currency": "RUB"}
    good["refunded_at"] = _cell(order.moment + dt.timedelta(days=14))
    dirty = [
        refunds.like(0, **(good | {"refund_id": f"RF-D{number:02d}"} | changes))
        for number, changes in enumerate((
            {"order_id": "PH-NOWHERE"},  # orphan_refund
            {"amount": "99999999.00"},  # refund_exceeds_order
            {"refunded_at": "2023-06-30 12:00:00"},  # refund_before_order
            {"currency": "EUR"},  # refund_currency_mismatch
            {"refund_id": "RF-TWICE", "amount": "11.00"},  # duplicate_refund, both
            {"refund_id": "RF-TWICE", "amount": "12.00"},
            {"amount": "13.00"},  # the first counts
            {"amount": "13.00"},  # duplicate_refund: under another id
            {"line_no": "77"},  # refund_line_unknown
            {"amount": ""},  # missing_amount
            {"order_id": "1.00001E+12"},  # bad_id
        ))
    ]  # fmt: skip
    refunds.scatter(shop.rng, dirty)


def _spoil_customers(shop: Shop, customers: Table) -> None:
    nobody = {"email": "", "phone": "", "card_no": "", "tax_id": ""}
    changes = (
        {"name": "'; DROP TABLE orders;--"},  # loads
        {"name": 'ООО "Рога, копыта и Ко"'},  # loads: comma and quotes
        {"name": "Две\nстроки"},  # loads: a line break in quotes
        {"name": "{{ 1/0 }}"},  # loads
        {"name": "=1+1"},  # loads
        {"created_at": "2024-02-30"},  # bad_date
        {"is_image": "maybe"},  # bad_boolean
        {"district_distance_km": "рядом"},  # bad_number
        {"customer_id": "4.2E+10"},  # bad_id
        {"customer_id": ""},  # missing_customer_id
        {"customer_id": "X-TWICE", "name": "Один"},  # customer_id_conflict, both
        {"customer_id": "X-TWICE", "name": "Другой"},
    )
    dirty = [
        customers.like(-1, **(nobody | {"customer_id": f"X{number:04d}"} | change))
        for number, change in enumerate(changes)
    ]
    customers.scatter(shop.rng, [*dirty, customers.like(0)])  # the last: duplicate_exact


def _spoil_interactions(shop: Shop, interactions: Table) -> None:
    dirty = [
        interactions.like(0, interaction_id="I-D1", kind=""),  # missing_kind
        interactions.like(0, interaction_id="I-D2", occurred_at="вчера"),  # bad_date
    ]
    interactions.scatter(shop.rng, dirty)


def generate(folder: Path, size: float = 1.0, seed: int = SEED) -> None:
    """Write the demo shop into a folder, in the form the contract asks for.

    The folder is made if need be, and files of the same names are replaced. Size 1 is about 1,500
    customers and 9,000 orders, and everything else goes with it (0.05 to 20 make sense); another
    seed is another shop of the same kind.
    """
    shop = Shop(size, seed)
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
    tables = {name: Table(COLUMNS[name], rows) for name, rows in contents.items()}
    first_of_2024 = next(n for n, order in enumerate(shop.orders) if order.moment.year == 2024)
    orders = tables.pop("orders")
    tables["orders_2023"], tables["orders_2024"] = Table(COLUMNS["orders"], ()), orders
    tables["orders_2023"].rows, orders.rows = (
        orders.rows[:first_of_2024],
        orders.rows[first_of_2024:],
    )
    _spoil_orders(shop, orders, tables["order_lines"])
    _spoil_order_lines(shop, tables["order_lines"])
    _spoil_refunds(shop, tables["refunds"])
    _spoil_customers(shop, tables["customers"])
    _spoil_interactions(shop, tables["interactions"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write(folder / f"{name}.csv")
    _write_products(folder / "products.parquet", shop.products)
    settings = "timezone: Europe/Moscow\ncurrency: RUB\n"
    (folder / "intake.yml").write_text(settings, encoding="utf-8", newline="\n")


def _write_products(path: Path, products: Iterable[Product]) -> None:
    """Write Parquet, so that typed columns are read too."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "create table products (product_id varchar, name varchar, category varchar, "
            "product_line varchar, brand varchar, launched_at date, is_service boolean, "
            "is_own_unique boolean)"
        )
        connection.executemany(
            "insert into products values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    p.product_id,
                    p.name,
                    p.category,
                    p.line,
                    BRANDS.get(p.category),
                    p.launched,
                    p.is_service,
                    p.is_unique,
                )
                for p in products
            ],
        )
        target = str(path).replace("'", "''")
        connection.execute(f"copy products to '{target}' (format parquet)")


def _products() -> list[Product]:
    products = []
    for number, text in enumerate(CATALOGUE.strip().splitlines(), start=1):
        name, category, line, price, share, launched, marks = text.split("|")
        products.append(
            Product(
                product_id=f"P{number:02d}",
                name=name,
                category=category,
                line=line,
                price=int(price) * 100,
                cost_share=float(share),
                launched=dt.date.fromisoformat(launched or "2019-03-01"),
                is_service="s" in marks,
                is_unique="u" in marks,
            )
        )
    return products


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
    return _cell(moment)


def _spelled(rng: random.Random, phone: str) -> str:
    """Spell a phone number in one of the ways people do."""
    area, first, second, third = phone[1:4], phone[4:7], phone[7:9], phone[9:]
    return rng.choice((
        f"+{phone}",
        f"+7 ({area}) {first}-{second}-{third}",
        f"8 {area} {first} {second} {third}",
        phone[1:],
    ))  # fmt: skip


def _day_of_month(first: int, months: int, day: int) -> int:
    """Return the day number of a day of the month so many months after that of the first."""
    start = _date(first)
    index = start.year * 12 + start.month - 1 + months
    return (dt.date(index // 12, index % 12 + 1, day) - START).days


def _date(day: int) -> dt.date:
    return START + dt.timedelta(days=day)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return "" if value is None else str(value)


def _money(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option(
    "--size",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.05, 20),
    help="1 is about 1,500 customers and 9,000 orders.",
)
@click.option("--seed", default=SEED, show_default=True, help="Another seed is another shop.")
def main(out: Path, size: float, seed: int) -> None:
    """Write the files of the demo shop, a print house made up from a seed, into a folder."""
    generate(out, size, seed)
    click.echo(f"Wrote the demo shop to {out}.")


if __name__ == "__main__":
    main()
