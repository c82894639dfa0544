"""Bank statements in the text form that Russian banks and 1C exchange (1CClientBankExchange).

One payment document is one record. Whose money came in is told by the accounts of the statements
themselves: a document whose payer and receiver are both among them is a transfer of one's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from scripts.errors import FileRefusedError
from scripts.formats import chunks, not_in_encoding
from scripts.intake import Dialect, InputFile
from scripts.records import Record

COLUMNS = (
    "transaction_id",
    "booked_at",
    "amount",
    "payer_name",
    "payer_tax_id",
    "purpose",
    "document_no",
    "document_kind",
    "direction",
    "payer_account",
    "receiver_name",
    "receiver_tax_id",
    "receiver_account",
)
ENCODINGS = {"windows": "cp1251", "dos": "cp866", "utf-8": "utf-8", "utf8": "utf-8"}
DOCUMENT, END_OF_DOCUMENT, END_OF_FILE = "СекцияДокумент", "КонецДокумента", "КонецФайла"
#: Words that every statement has; whoever cannot read one of them reads it in another encoding.
KEYWORDS = ("Кодировка=", "ВерсияФормата=", "РасчСчет=", f"{DOCUMENT}=", END_OF_FILE)
Document = dict[str, str]


def bank_encoding(file: InputFile) -> str:
    """Return the encoding of a statement: declared, by its byte order mark, or by its own header line.

    Raises:
        FileRefusedError: it says nothing of its encoding, something unknown, or something that it is not.
    """
    head = next(chunks(file.path), b"")[:4096]
    likely = next((e for e in ENCODINGS.values() if _is_readable(head, e)), "cp1251")
    stated = file.dialect.encoding if file.dialect.encoding != "utf-8" else _stated_encoding(head)
    if stated is None or not _is_readable(head, stated):
        said = f"is not {stated}, as it is said to be" if stated else "does not say its encoding"
        raise FileRefusedError(
            f"{file.name} {said} (Кодировка=Windows or DOS); declare it in intake.yml: "
            f"`files: {{bank_transactions: {{path: {file.name}, encoding: {likely}}}}}`."
        )
    return stated


def _stated_encoding(head: bytes) -> str | None:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    for encoding in ENCODINGS.values():
        line = re.search(rb"^" + "Кодировка=".encode(encoding) + rb"\s*([\w-]+)", head, re.MULTILINE)
        if line and (found := ENCODINGS.get(line[1].decode().lower())):
            return found
    return None


def _is_readable(head: bytes, encoding: str) -> bool:
    return any(word.encode(encoding.removesuffix("-sig")) in head for word in KEYWORDS)


def is_cut_off(file: InputFile) -> bool:
    """Return True if a statement does not end as statements do."""
    last = ""
    for _, line in _lines(file):
        last = line.strip() or last
    return last != END_OF_FILE


def own_accounts(file: InputFile) -> set[str]:
    """Return the accounts a statement is of."""
    pairs = (line.partition("=") for _, line in _lines(file))
    return {value.strip() for key, _, value in pairs if key.strip() == "РасчСчет" and value.strip()}


def bank_records(file: InputFile, own: Container[str]) -> Iterator[Record]:
    """Read the documents of a statement; the fields are those of `COLUMNS`.

    A document without an end gives a record without fields, and reading goes on with the next.

    Args:
        file: the statement.
        own: the accounts of all statements at hand.
    """
    start, text, document = 0, [], None
    for number, line in _lines(file):
        key, _, value = line.partition("=")
        key = key.strip()
        if document is not None and key in (DOCUMENT, END_OF_FILE):
            yield Record(start, "\n".join(text), None, "broken_document")
            document = None
        if key == DOCUMENT:
            start, text, document = number, [line], {key: value.strip()}
        elif document is not None:
            text.append(line)
            if key == END_OF_DOCUMENT:
                yield _record(start, "\n".join(text), document, own, file.dialect)
                document = None
            else:
                document.setdefault(key, value.strip())
    if document is not None:
        yield Record(start, "\n".join(text), None, "broken_document")


def _record(line: int, text: str, document: Document, own: Container[str], dialect: Dialect) -> Record:
    if "\0" in text:
        return Record(line, text, None, "nul_byte")
    payer = _first(document, "ПлательщикСчет", "ПлательщикРасчСчет")
    receiver = _first(document, "ПолучательСчет", "ПолучательРасчСчет")
    received, spent = document.get("ДатаПоступило", ""), document.get("ДатаСписано", "")
    direction, comes_in = _direction(payer in own, receiver in own, bool(received), bool(spent))
    amount = document.get("Сумма", "")
    signed = amount if comes_in or not amount or amount.startswith("-") else f"-{amount}"
    number, date = document.get("Номер", ""), document.get("Дата", "")
    identity = "\x1f".join((date, number, _plain(signed, dialect), payer, receiver))
    purpose = document.get("НазначениеПлатежа") or " ".join(
        v for k, v in document.items() if re.fullmatch(r"НазначениеПлатежа\d+", k) and v
    )
    fields = {
        "transaction_id": f"1c:{hashlib.sha256(identity.encode()).hexdigest()[:24]}",
        "booked_at": _iso((received if comes_in else spent) or received or spent or date),
        "amount": signed,
        "payer_name": _first(document, "Плательщик1", "Плательщик"),
        "payer_tax_id": document.get("ПлательщикИНН", ""),
        "purpose": purpose,
        "document_no": number,
        "document_kind": document[DOCUMENT],
        "direction": direction,
        "payer_account": payer,
        "receiver_name": _first(document, "Получатель1", "Получатель"),
        "receiver_tax_id": document.get("ПолучательИНН", ""),
        "receiver_account": receiver,
    }
    return Record(line, text, [fields[c] for c in COLUMNS])


def _plain(amount: str, dialect: Dialect) -> str:
    """Return an amount with two decimals, so that 1000 is 1000.00; what is no number stays as it is."""
    text = re.sub(r"\s", "", amount) if dialect.thousands == " " else amount
    text = text.replace(dialect.thousands or " ", "").replace(dialect.decimal or ".", ".")
    try:
        return f"{Decimal(text):.2f}"
    except InvalidOperation:
        return amount


def _direction(payer_is_own: bool, receiver_is_own: bool, received: bool, spent: bool) -> tuple[str, bool]:
    """Tell `in`, `out` or `own` and if the money came in; without any sign of that it did not."""
    if payer_is_own and receiver_is_own:
        return "own", received and not spent
    comes_in = receiver_is_own or (not payer_is_own and received and not spent)
    return ("in" if comes_in else "out"), comes_in


def _first(document: Document, *keys: str) -> str:
    return next((document[k] for k in keys if document.get(k)), "")


def _iso(date: str) -> str:
    return re.sub(r"^(\d{2})\.(\d{2})\.(\d{4})$", r"\3-\2-\1", date)


def _lines(file: InputFile) -> Iterable[tuple[int, str]]:
    encoding = bank_encoding(file)
    offset = 0
    with Path(file.path).open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                yield (
                    number,
                    line.decode(encoding if number == 1 else encoding.removesuffix("-sig")).rstrip("\r\n"),
                )
            except UnicodeDecodeError as error:
                raise not_in_encoding(file, encoding, offset + error.start + 1) from error
            offset += len(line)
