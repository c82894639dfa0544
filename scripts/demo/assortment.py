"""What the shop sells: goods and services, their prices, costs and brands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.demo.plan import COST_RISE, OUTDOOR_RISE

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


def products() -> list[Product]:
    """Return what is on sale, in the order of the catalogue."""
    found = []
    for number, text in enumerate(CATALOGUE.strip().splitlines(), start=1):
        name, category, line, price, share, launched, marks = text.split("|")
        found.append(
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
    return found


def write_products(path: Path, products: Iterable[Product]) -> None:
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
