"""Letters of every form, and what becomes of them on a bad way: for the fuzz test and ``bench/letter_fuzz.py``."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

from fpdf import FPDF

BASE: Final = "https://perdure.example"
ID: Final = 117_309_440_000_000_000
SPICE: Final = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"=\n", b"=?utf-8?B?", b"?=", b"Content-Type: multipart/mixed; boundary=x\n", b"--x\n", b"--x--\n",
    b"\n\n", b"\r", b'"', b"'", b"<", b">", b"<!--", b"<blockquote>", b"%25", b"%PDF-1.7\n", b"PK\x03\x04", b"obj <<", b">> endobj", b"stream\n",
    b"endstream", b"/Type /Page", b"{", b"}", b"[", b"]", b"\\u0000", b"\\ud800", b"1e999", b",", b";", b"\t", b"sep=;\n", b"Subject: ", b"From: ",
    b"charset=utf-7", b"charset=idna", b"Content-Transfer-Encoding: base64\n", b"hxxps[:]//", b"[.]", b"\xe2\x80\xae", b"On x <a@b.c> wrote:\n", b"> ",
    b"within 99999999999999999999 hours", b"by 99.99.9999 99:99", b"9" * 60, b"@" * 30, b"https://", b"x" * 300, b"Date: Mon, 99 Foo 99999 99:99:99 +9999\n",
)  # fmt: skip


def address(number: int) -> str:
    """The address of a post."""
    return f"{BASE}/@bob/{ID + number}"


def _mail(text: str, html: str = "", **files: bytes) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "Abuse <abuse@host.example>",
        "abuse@perdure.example",
        "Notice é [#4711]",
    )
    made["Date"], made["Message-ID"] = "Mon, 11 Jan 2021 09:30:00 -0800", "<1@host.example>"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    for name, content in files.items():
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return made.as_bytes()


def _paper(*lines: str) -> bytes:
    made = FPDF()
    made.set_creation_date(datetime(2021, 1, 9, tzinfo=UTC))
    made.add_page()
    made.set_font("Helvetica", size=10)
    for line in lines:
        made.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    made.cell(0, 6, "post", link=address(3))
    return bytes(made.output())


def _packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def seeds() -> dict[str, list[bytes]]:
    """Letters by their form: mails, PDFs, tables, reports and the rest."""
    listed = "\n".join(f"{n}. {address(n)} - threat" for n in range(1, 8))
    text = f"Hello,\n\nremove within 24 hours, by 12 January 2021 17:00 PST:\n\n{listed}\n\nHate:\n* {address(8)}\n\n-- \nHost"
    html = f"<html><body><p>Bonjour</p><ul><li><a href='{address(1)}'>ici</a> haine<li>{address(2)}</ul><blockquote type='cite'>{address(3)}</blockquote>"
    table = "url;reason;id;date\n" + "".join(f'{address(n)};"hate; {n}";{n};2021-01-0{n}\n' for n in range(1, 8))
    xarf = {
        "xarf_version": "4.2.0",
        "report_id": "7c9d",
        "timestamp": "2021-01-08T14:00:00Z",
        "category": "content",
        "type": "x",
        "url": address(1),
        "tags": ["policy:hate"],
    }
    old = {
        "Version": "3",
        "ReporterInfo": {"ReporterOrg": "F"},
        "Report": {"ReportType": "Fraud", "Url": address(2), "Date": "2021-01-08"},
    }
    report = json.dumps(xarf).encode()
    arf = (
        b"From: a@b.example\nSubject: r\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=q\n\n--q\nContent-Type: text/plain\n\nhi\n"
        b"--q\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nReported-URI: " + address(1).encode() + b"\n\n--q\nContent-Type: message/rfc822\n\n"
        + _mail(text) + b"\n--q--\n"
    )  # fmt: skip
    paper = _paper("Removal request, within 12 hours", address(1), address(2))
    return {
        "mail": [_mail(text), _mail(text, html), _mail("see files", "", list_csv=table.encode(), x_json=report), _mail(f"more: {address(9)}\n\nOn 1 Jan 2021 at 10:00 a <a@b.example> wrote:\n> {address(1)}"), arf],
        "pdf": [paper],
        "table": [table.encode(), table.replace(";", ",").encode("utf-16"), table.replace(";", "\t").encode()],
        "report": [report, json.dumps(old).encode(), json.dumps([xarf, old]).encode()],
        "other": [text.encode(), html.encode(), _packed(a_txt=text.encode(), b_csv=table.encode(), c_pdf=paper), gzip.compress(table.encode()), b"{\\rtf1 " + text.encode() + b"}"],
    }  # fmt: skip


def mutant(chance: random.Random, form: str, letters: dict[str, Sequence[bytes]]) -> bytes:
    """A letter of a form on which one to twelve accidents befell."""
    raw = bytearray(chance.choice(letters[form]))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 12))):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(8):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[at : at + chance.choice((1, 3, 40, 400))]
            case 2:
                raw[at:at] = chance.choice(SPICE)
            case 3:
                raw[at:at] = raw[at : at + chance.choice((10, 200))] * chance.choice((1, 2, 30))
            case 4:
                other = chance.choice(letters[chance.choice(sorted(letters))])
                start = chance.randrange(len(other))
                raw[at:at] = other[start : start + 300]
            case 5:
                lines = bytes(raw).split(b"\n")
                chance.shuffle(lines)
                raw = bytearray(b"\n".join(lines))
            case 6:
                raw = raw[:at]
            case _:
                if at < len(raw):
                    raw[at] ^= 1 << chance.randrange(8)
    return bytes(raw)
