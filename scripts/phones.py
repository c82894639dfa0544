"""Gives every phone number of the landed rows its international form (E.164), in `raw.phones`.

What a number is, is asked of a library (the Python port of libphonenumber): how long it may be, which codes
exist, what is dialled before it at home. So the leading 8 of a Russian number is taken off where it is
the way out of town (8 912 ...), and stays where it is part of the number (8 800 ..., 812 ...).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import duckdb
import phonenumbers
import yaml
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from scripts.errors import UsageError
from scripts.intake import PROJECT, entities

#: A longer text is no phone field.
MAX_LENGTH = 250
MAX_EXTENSION = 6
#: What is not seen and may stand anywhere (zero-width space, word joiner, byte order mark).
UNSEEN = "\u200b\u2060\ufeff"
INVISIBLE = str.maketrans("", "", UNSEEN)
#: What people put between digits and what never changes the number.
PUNCTUATION = str.maketrans("", "", f" \u00a0\u2007\u2009\u202f().-{UNSEEN}")
#: An extension behind a number, in whatever words: вн.101, (внутр. 101), доб. (101), /101.
EXTENSION = re.compile(
    r"[^\w+]*(?:(?:вн\w*|д|доб\w*|доп\w*|тел\w*|ном\w*|ext\w*|x)[^\w+]*)*(\d{1,6})\D*\Z", re.IGNORECASE
)
KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip


def land_phones(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `raw.phones`: each text of a phone column of the raw tables with the number it spells.

    `number` is NULL where a text spells none; `is_valid` is false for a number nobody can have, such as
    +7 000 000-00-00.

    Args:
        connection: an open connection to a warehouse whose other raw tables have been landed.
    """
    tables = [entity.name for entity in entities().values() if "phone" in entity.columns]
    texts = " union ".join(f"select phone from raw.{name} where phone is not null" for name in tables)
    connection.create_function("spelled_number", number_reader(phone_region()), ["VARCHAR"], "VARCHAR")
    connection.execute(
        f"""
        create table raw.phones as
        with texts as ({texts}),
        spelled as (select phone, spelled_number(phone) as spelled from texts)
        select
            phone,
            nullif(replace(spelled, '?', ''), '') as number,
            spelled <> '' and not contains(spelled, '?') as is_valid
        from spelled
        """
    )
    connection.remove_function("spelled_number")


def phone_region() -> str:
    """Return the country whose numbers may be written without a country code (ISO 3166-1).

    Raises:
        UsageError: there is no such country.
    """
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    region = str(project["vars"]["phone_region"])
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(
            f"The parameter `phone_region` is {region!r}, but must be the code of a country, such as RU; "
            "correct it in dbt_project.yml."
        )
    return region


def number_reader(region: str) -> Callable[[str], str]:
    """Return a function that reads the number out of a text of a phone field.

    It gives E.164, followed by `;ext=` and the extension where there is one; with a question mark if nobody
    can have that number; nothing if there is none. Of several numbers the first counts.

    Nearly all texts are numbers of the region in plain digits, and can be read in one way only. These are
    compared with the library's patterns here, which is ten times as fast as its own way to them.

    Args:
        region: the country whose numbers may be written without a country code.
    """
    code = str(phonenumbers.country_code_for_region(region))
    metadata = PhoneMetadata.metadata_for_region(region)
    prefix = metadata.national_prefix or ""
    # The rules of some countries are more than a prefix; theirs are left to the library.
    is_simple = (
        phonenumbers.region_code_for_country_code(int(code)) == region
        and metadata.national_prefix_transform_rule is None
        and (metadata.national_prefix_for_parsing or "") == prefix
    )
    kinds = [kind for name in KINDS if (kind := getattr(metadata, name)) and kind.national_number_pattern]
    is_possible = re.compile(metadata.general_desc.national_number_pattern, re.ASCII).fullmatch
    is_valid = re.compile("|".join(kind.national_number_pattern for kind in kinds), re.ASCII).fullmatch
    is_ours = re.compile(metadata.leading_digits or "", re.ASCII).match

    def read(text: str) -> str:
        dialled = text.translate(PUNCTUATION)
        digits = dialled.removeprefix("+")
        if not (is_simple and digits.isascii() and digits.isdigit()):
            return _by_the_library(text, region)
        readings = {digits} if digits is dialled else set()
        if digits.startswith(code):
            readings.add(digits[len(code) :])
        if prefix:
            readings |= {r[len(prefix) :] for r in readings if r.startswith(prefix)}
        possible = [reading for reading in readings if is_possible(reading)]
        if len(possible) == 1 and is_valid(possible[0]) and is_ours(possible[0]):
            return f"+{code}{possible[0]}"
        return _by_the_library(text, region)

    return read


def _by_the_library(text: str, region: str) -> str:
    if len(text) > MAX_LENGTH:
        return ""
    text = text.translate(INVISIBLE).strip()
    for reading in (text, *_as_others_dial(text, region)):
        found = _parsed(reading, region)
        if found and phonenumbers.is_valid_number(found):
            return _written(found)
    # Perhaps there are words around the number, an extension behind it, or several numbers.
    if match := next(iter(PhoneNumberMatcher(text, region)), None):
        extension = EXTENSION.match(text, match.end)
        if extension and not match.number.extension:
            return f"{_written(match.number)};ext={extension[1]}"
        return _written(match.number)
    found = _parsed(text, region)
    # 70000000000 is +7 000 000-00-00 without its plus.
    home = phonenumbers.country_code_for_region(region)
    if found is None or not phonenumbers.is_possible_number(found):
        found = _parsed(f"+{text}", region)
        found = found if found and found.country_code == home else None
    return f"{_written(found)}?" if found and phonenumbers.is_possible_number(found) else ""


def _as_others_dial(text: str, region: str) -> Iterator[str]:
    """Yield a number with 00 for a plus, and one with a plus before the prefix that is dialled at home."""
    prefix = PhoneMetadata.metadata_for_region(region).national_prefix
    if text.startswith("00"):
        yield f"+{text[2:]}"
    elif prefix and text.startswith(f"+{prefix}"):
        yield text[1:]


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _written(number: PhoneNumber) -> str:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    # What is as long as a number of its own is another one: "89123456789; 89133456789".
    has_extension = number.extension and len(number.extension) <= MAX_EXTENSION
    return f"{text};ext={number.extension}" if has_extension else text
