"""Records of a delimited text: one bad line never swallows its neighbours."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.records import records

HEADER = "a,b,c\n"


def read(text: str, width: int = 3):
    lines = io.StringIO(HEADER + text, newline="")
    return list(records(lines, width, ","))


def good(text: str) -> list[list[str]]:
    return [r.fields for r in read(text) if r.fields is not None]


def bad(text: str) -> list[tuple[int, str, str | None]]:
    return [(r.line, r.text, r.rule_code) for r in read(text) if r.fields is None]


def test_an_unclosed_quote_loses_its_own_line_only():
    text = '1,2,3\n4,"5,6\n7,8,9\n10,11,12\n'
    assert good(text) == [["1", "2", "3"], ["7", "8", "9"], ["10", "11", "12"]]
    assert bad(text) == [(3, '4,"5,6', "unclosed_quote")]


def test_two_unclosed_quotes_do_not_pair_up_over_the_lines_between():
    text = '1,"2,3\n4,5,6\n7,"8,9\n10,11,12\n'
    assert good(text) == [["4", "5", "6"], ["10", "11", "12"]]
    assert [line for line, *_ in bad(text)] == [2, 4]


def test_an_unclosed_quote_in_the_last_line_loses_nothing_else():
    text = '1,2,3\n4,5,"6'
    assert good(text) == [["1", "2", "3"]]
    assert bad(text) == [(3, '4,5,"6', "unclosed_quote")]


def test_a_quote_open_for_over_a_thousand_lines_was_never_closed():
    text = '1,"2,3\n' + "4,5,6\n" * 1500
    assert len(good(text)) == 1500
    assert bad(text) == [(2, '1,"2,3', "unclosed_quote")]


def test_a_quote_inside_a_field_opens_nothing_whatever_stands_in_other_lines():
    text = '1,12" pipe,3\n4,5,6\n7,10" pipe,9\n10,11\n'
    assert good(text) == [["1", '12" pipe', "3"], ["4", "5", "6"], ["7", '10" pipe', "9"]]
    assert bad(text) == [(5, "10,11", "ragged_line")]


def test_a_line_with_too_few_or_too_many_fields_is_ragged():
    text = "1,2\n3,4,5\n6,7,8,9\n"
    assert good(text) == [["3", "4", "5"]]
    assert bad(text) == [(2, "1,2", "ragged_line"), (4, "6,7,8,9", "ragged_line")]


def test_a_line_with_a_nul_byte_is_rejected():
    text = "1,2,3\n4,\0,6\n7,8,9\n"
    assert good(text) == [["1", "2", "3"], ["7", "8", "9"]]
    assert bad(text) == [(3, "4,\0,6", "nul_byte")]


def test_quoted_line_breaks_commas_and_quotes_belong_to_their_field():
    text = '1,"two\nlines","with, comma"\n2,"say ""hi""",x\n'
    assert good(text) == [["1", "two\nlines", "with, comma"], ["2", 'say "hi"', "x"]]


def test_blanks_between_a_quote_and_a_delimiter_belong_to_no_field():
    assert good('1, "two, three" ,4\n "5",  "say ""hi"" ,you"  , 7 \n') == [
        ["1", "two, three", "4"],
        ["5", 'say "hi" ,you', " 7 "],
    ]
    assert good('1,12" pipe, "x"\n1, 12" pipe,""\n') == [["1", '12" pipe', "x"], ["1", ' 12" pipe', ""]]
    assert good('1, "two\nlines" ,3\n') == [["1", "two\nlines", "3"]]
    assert bad('1, "two" three,4,5\n') == [(2, '1, "two" three,4,5', "ragged_line")]


def test_a_field_too_many_is_one_too_many_though_it_is_empty():
    assert bad("1,2,3,\n4,5,6\n") == [(2, "1,2,3,", "ragged_line")]


def test_a_record_is_numbered_by_the_line_it_starts_on():
    text = '1,"two\nlines",3\n4,5,6\n'
    assert [r.line for r in read(text)] == [2, 4]


def test_the_text_of_a_record_is_kept_as_it_stands():
    text = '1,"two\nlines",3\r\n4,  5,"6"\r\n'
    assert [r.text for r in read(text)] == ['1,"two\nlines",3', '4,  5,"6"']


def test_lines_may_end_in_cr_lf():
    assert good("1,2,3\r\n4,5,6\r\n") == [["1", "2", "3"], ["4", "5", "6"]]


def test_lines_may_end_in_a_lone_cr():
    assert good("1,2,3\r4,5,6\r") == [["1", "2", "3"], ["4", "5", "6"]]


def test_a_quoted_carriage_return_is_kept():
    assert good('1,"a\r\nb",3\n') == [["1", "a\r\nb", "3"]]


def test_blank_lines_are_passed_over_and_counted_as_lines():
    assert [(r.line, r.fields) for r in read("\n1,2,3\n\r\n\n4,5,6\n")] == [
        (3, ["1", "2", "3"]),
        (6, ["4", "5", "6"]),
    ]


def test_the_last_line_needs_no_line_end():
    assert good("1,2,3\n4,5,6") == [["1", "2", "3"], ["4", "5", "6"]]


def test_empty_fields_are_fields():
    assert good(",,\n") == [["", "", ""]]


FIELD = st.text(alphabet='ab,"\n é', max_size=5)
GOOD = st.lists(FIELD, min_size=3, max_size=3)
BROKEN = st.sampled_from(["only one", "1,2", "1,2,3,4", "nul,\0,byte", '"a"b,2,3'])


def written(fields: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(fields)
    return target.getvalue()


@settings(database=None, deadline=None)
@given(st.lists(st.one_of(GOOD, BROKEN), max_size=20))
def test_no_good_row_is_lost_among_broken_lines(mixture: list[list[str] | str]):
    text = "".join(m + "\n" if isinstance(m, str) else written(m) for m in mixture)
    assert good(text) == [m for m in mixture if not isinstance(m, str)]
    assert [t for _, t, _ in bad(text)] == [m for m in mixture if isinstance(m, str)]


PLAIN = st.lists(st.text(alphabet="ab é", min_size=1, max_size=5), min_size=3, max_size=3)


@settings(database=None, deadline=None)
@given(st.lists(st.one_of(PLAIN, BROKEN, st.just('1,"2,3')), max_size=20))
def test_no_plain_row_is_lost_to_a_quote_that_never_closes(mixture: list[list[str] | str]):
    text = "".join((m if isinstance(m, str) else ",".join(m)) + "\n" for m in mixture)
    assert good(text) == [m for m in mixture if not isinstance(m, str)]


@settings(database=None, deadline=None)
@given(st.text(alphabet='a,"\r\n\0', max_size=60))
def test_every_line_is_part_of_a_record_or_rejected(text: str):
    lines = [x.rstrip("\r\n") for x in io.StringIO(text, newline="")]
    found = [x for r in read(text) for x in io.StringIO(r.text, newline="")]
    assert [x.rstrip("\r\n") for x in found if x.strip("\r\n")] == [x for x in lines if x]
