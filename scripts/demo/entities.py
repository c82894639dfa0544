"""Customers, their cards, and their orders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from scripts.demo.assortment import Product
from scripts.demo.plan import START


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
