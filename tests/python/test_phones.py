"""The numbers that texts of phone fields spell."""

from __future__ import annotations

import duckdb
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import phones

READ = phones.number_reader("RU")
REGIONS = ("RU", "KZ", "DE", "US", "IT")
READERS = {region: phones.number_reader(region) for region in REGIONS}


@pytest.mark.parametrize(
    "text",
    [
        "+7 (912) 345-67-89",
        "8 912 345 67 89",
        "9123456789",
        "7-912-345-6789",
        "89123456789",
        "+79123456789",
        "8(912)345.67.89",
        "8\u00a0912\u00a0345\u00a067\u00a089",
        "+7\u202f912\u2009345\u202f67\u200789",
        "８９１２３４５６７８９",
        "tel:+7-912-345-67-89",
        "моб. 8 912 345-67-89 (Иван)",
        " 8 912 345 67 89 ",
    ],
)
def test_one_number_has_one_form_however_it_is_spelled(text: str):
    assert READ(text) == "+79123456789"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8 800 555-35-35", "+78005553535"),
        ("8005553535", "+78005553535"),
        ("+7 800 555 35 35", "+78005553535"),
        ("8 812 345-67-89", "+78123456789"),
        ("+7 812 345-67-89", "+78123456789"),
        ("8123456789", "+78123456789"),
        ("8 8123456789", "+78123456789"),
        ("8 495 123-45-67", "+74951234567"),
        ("4951234567", "+74951234567"),
    ],
)
def test_an_8_that_is_part_of_the_number_stays(text: str, number: str):
    assert READ(text) == number


@pytest.mark.parametrize("text", ["+7 701 123 45 67", "8 701 123 45 67", "7011234567"])
def test_kazakhstan_shares_the_country_code(text: str):
    assert READ(text) == "+77011234567"


def test_foreign_numbers_keep_their_country():
    assert READ("+44 20 7946 0958") == "+442079460958"
    assert READ("+1 (650) 253-0000") == "+16502530000"
    assert READ("8~10 44 20 7946 0958") == "+442079460958"
    assert READ("+375 29 123-45-67") == "+375291234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "no",
        "нет",
        "123",
        "02",
        "8 912 345 67 8",
        "9.12346E+10",
        "8 9l2 345 67 89",
    ],
)
def test_rubbish_is_no_number(text: str):
    assert not is_usable(READ(text))


@pytest.mark.parametrize("text", ["70000000000", "+7 (000) 000-00-00", "71234567890", "8 888 888 88 88"])
def test_a_number_that_nobody_can_have_is_told_apart(text: str):
    assert READ(text).startswith("+7")
    assert not is_usable(READ(text))


def test_of_several_numbers_the_first_counts():
    assert READ("8(812)345-67-89, 8 912 345 67 89") == "+78123456789"
    assert READ("+79123456789/+79133456789") == "+79123456789"
    assert READ("89123456789;89133456789") == "+79123456789"


def test_an_extension_is_part_of_the_number_because_an_office_is_many_people():
    assert READ("8 495 123-45-67 доб. 123") == "+74951234567;ext=123"
    assert READ("8 495 123-45-67 ext. 124") == "+74951234567;ext=124"


@pytest.mark.parametrize(
    "behind",
    [" вн.101", " (внутр. 101)", " д.101", "/101", "*101", " вн. тел. 101", " доп. 101", " внутренний 101",
     " доб. (101)", " доб.: 101", " доб 101", ",101", "#101"],
)  # fmt: skip
def test_an_extension_may_be_written_in_many_ways(behind: str):
    assert READ(f"8 499 765-43-25{behind}") == "+74997654325;ext=101"


def test_a_time_behind_a_number_is_no_extension():
    assert READ("8 912 345-67-89 после 18:00") == "+79123456789"


@pytest.mark.parametrize("text", ["+8 912 345 67 89", "007 912 345 67 89", "8912\u200b345\u206067\ufeff89"])
def test_a_plus_before_the_prefix_and_two_zeros_for_a_plus_are_understood(text: str):
    assert READ(text) == "+79123456789"


def is_usable(number: str) -> bool:
    return number != "" and not number.endswith("?")


def spelled() -> st.SearchStrategy[str]:
    """Digits with what people put between and before them."""
    start = st.sampled_from(
        ["", "+", "8", "7", "+7", "88", "+78", "79", "0", "+49", "49", "1", "+1", "8800", "(8"]
    )
    digits = st.lists(
        st.tuples(st.sampled_from("0123456789"), st.sampled_from(["", "", "", " ", "-", ")", "."]))
    )
    return st.builds(lambda head, rest: head + "".join(d + p for d, p in rest), start, digits)


@given(st.sampled_from(REGIONS), spelled())
def test_the_short_way_comes_to_what_the_library_says(region: str, text: str):
    try:
        found = phonenumbers.parse(text, region)
        is_valid = phonenumbers.is_valid_number(found)
    except phonenumbers.NumberParseException:
        is_valid = False
    if is_valid:
        e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
        assert READERS[region](text) == e164
    else:
        is_amid_words = any(phonenumbers.PhoneNumberMatcher(text, region))
        assert is_usable(READERS[region](text)) == is_amid_words


@given(st.text(max_size=300))
def test_no_text_is_an_error(text: str):
    assert isinstance(READ(text), str)


def test_every_text_of_every_phone_column_is_landed_once():
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        for table, phone in (
            ("customers", "8 912 345 67 89"),
            ("orders", "none"),
            ("leads", "8 912 345 67 89"),
        ):
            connection.execute(f"create table raw.{table} as select '{phone}' as phone union all select null")
        connection.execute("insert into raw.leads values ('70000000000')")
        phones.land_phones(connection)
        assert connection.sql("from raw.phones order by phone").fetchall() == [
            ("70000000000", "+70000000000", False),
            ("8 912 345 67 89", "+79123456789", True),
            ("none", None, False),
        ]
