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
- About 1 % of the order rows, and a few of other files, are dirty: see `scripts/demo/dirt.py`.
"""

from __future__ import annotations

from pathlib import Path

from scripts.demo.assortment import write_products
from scripts.demo.dirt import spoil
from scripts.demo.files import tables
from scripts.demo.plan import SEED
from scripts.demo.shop import Shop


def generate(folder: Path, size: float = 1.0, seed: int = SEED) -> None:
    """Write the demo shop into a folder, in the form the contract asks for.

    The folder is made if need be, and files of the same names are replaced. Size 1 is about 1,500
    customers and 9,000 orders, and everything else goes with it (0.05 to 20 make sense); another
    seed is another shop of the same kind.
    """
    shop = Shop(size, seed)
    written = tables(shop)
    spoil(shop, written)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in written.items():
        table.write(folder / f"{name}.csv")
    write_products(folder / "products.parquet", shop.products)
    settings = "timezone: Europe/Moscow\ncurrency: RUB\n"
    (folder / "intake.yml").write_text(settings, encoding="utf-8", newline="\n")
