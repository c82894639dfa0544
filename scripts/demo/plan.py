"""What was planned: when people buy, how each kind of them does, by which channels and in which campaigns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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


def date_of(day: int) -> dt.date:
    """Return the date of a day, counted from the first."""
    return START + dt.timedelta(days=day)


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
