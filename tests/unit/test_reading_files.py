"""Letters as files: tables, reports of programs, PDF, office documents, archives, pictures, and what is none of these."""

import gzip
import io
import json
import time
import zipfile
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

import pytest
from fpdf import FPDF

from perdure.desk.model import MOST_ITEMS
from tests.app import pictures
from tests.unit.reading import BASE, ID, mail, pointed, policies, post, read, urls


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["url", "reason"], ["{url}", "incitement"]),
        (["Reason", "Post URL", "Case ID"], ["incitement", "{url}", "A-7"]),
        (["Lien", "Motif", "Date de constat"], ["{url}", "provocation au meurtre", "2021-01-08"]),
        (["Nr", "Adresse", "Begründung"], ["7", "{url}", "Aufruf zu Gewalt"]),
        (["Category", "User", "Link", "Date"], ["incitement", "@bob", "{url}", "08/01/2021 14:00"]),
        ([], ["{url}", "calls for violence"]),
        ([], ["2021-01-08", "calls for violence", "{url}"]),
    ],
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_tables_are_read_whatever_their_columns_marks_and_charset(
    names: list[str], row: list[str], mark: str, charset: str
) -> None:
    lines = [mark.join(names)] if names else []
    lines += [mark.join(row).replace("{url}", post(n)) for n in (1, 2, 3)]
    letter = read("\r\n".join(lines).encode(charset), "list.csv", "text/csv")
    assert letter.form == "csv"
    assert urls(letter) == [post(1), post(2), post(3)]
    assert policies(letter) == ["incitement"] * 3
    if any("Dat" in name for name in names):
        assert {item.seen_at for item in letter.items} <= {1_610_064_000_000, 1_610_114_400_000}


def test_a_table_of_ids_names_and_words_has_an_item_for_each_row() -> None:
    table = f"post_id,username,text,screenshot\n{ID + 1},bob,we will hang them,\n,@eve,,\n,,we will burn the town hall,\n,,,shot-4.png\n"
    assert pointed(read(table, "x.csv")) == [
        ("id", str(ID + 1)),
        ("account", "eve"),
        ("phrase", "we will burn the town hall"),
        ("none", ""),
    ]


def test_cells_with_marks_quotations_and_line_ends_stay_cells() -> None:
    table = f'url,comment\n{post(1)},"hate, and ""worse""\nin two lines"\n{post(2)},plain\n'
    letter = read(table, "x.csv")
    assert urls(letter) == [post(1), post(2)]
    assert letter.items[0].reason == 'hate, and "worse"\nin two lines'
    assert urls(read(f'url,comment\n{post(1)},"never closed\n{post(2)},x\n', "x.csv")) == [post(1), post(2)]


def test_several_addresses_in_a_cell_are_several_items_and_a_table_may_be_pasted() -> None:
    assert urls(read(f"urls;why\n{post(1)} {post(2)};hate\n{post(3)};hate\n", "x.csv")) == [post(1), post(2), post(3)]
    assert urls(read(f"URL\tReason\n{post(1)}\thate\n{post(2)}\tthreat\n")) == [post(1), post(2)]
    assert urls(read(f"sep=;\n{post(1)};hate\n", "x.csv")) == [post(1)]


def test_more_items_than_a_letter_may_have_are_counted_aloud() -> None:
    letter = read("url\n" + "\n".join(post(n) for n in range(MOST_ITEMS + 7)), "x.csv")
    assert len(letter.items) == MOST_ITEMS
    assert "last 7" in " ".join(letter.faults)


def workbook(rows: list[list[str]]) -> bytes:
    cells = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{cell}</t></is></c>' for c, cell in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
    return packed({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet.encode()})


def document(*paragraphs: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return packed({"word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'.encode()})


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def paper(*lines: str, link: str = "") -> bytes:
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=10)
    for line in lines:
        made.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    if link:
        made.cell(0, 6, "the post", link=link)
    return bytes(made.output())


def test_workbooks_and_documents_are_read() -> None:
    assert urls(
        read(workbook([["Nr", "URL", "Reason"], ["1", post(1), "hate"], ["2", post(2), "threat"]]), "list.xlsx")
    ) == [post(1), post(2)]
    assert urls(
        read(
            document("Sehr geehrte Damen und Herren,", "bitte entfernen:", f"1. {post(1)}", f"2. {post(2)}"),
            "brief.docx",
        )
    ) == [post(1), post(2)]
    rtf = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Bitte l\'f6schen:\par " + post(1).encode() + rb"\par}"
    assert urls(read(rtf, "brief.rtf")) == [post(1)]


def test_a_pdf_with_text_and_links_is_read_and_one_without_is_looked_at() -> None:
    letter = read(
        paper("Removal request 4711, please act within 12 hours", post(1), f"{post(2)} - threat", link=post(3)),
        "letter.pdf",
    )
    assert (letter.form, letter.deadline_ms) == ("pdf", 12 * 3_600_000)
    assert urls(letter) == [post(1), post(2), post(3)]
    blank = read(paper(), "scan.pdf")
    assert pointed(blank) == [("screenshot", blank.attachments[0].digest)]
    assert blank.faults
    broken = read(paper(post(1))[:400], "broken.pdf")
    assert broken.items
    assert broken.faults


XARF_4 = {
    "xarf_version": "4.2.0", "report_id": "7c9d3f4e-1111-4a4b-9d6c-000000000001", "timestamp": "2021-01-08T14:00:00Z",
    "reporter": {"org": "Flag", "contact": "a@flag.example", "domain": "flag.example"}, "sender": {"org": "Flag", "contact": "a@flag.example", "domain": "flag.example"},
    "source_identifier": "perdure.example", "category": "content", "type": "violence", "url": post(1), "tags": ["policy:hate_speech"],
    "description": "praises a murder", "evidence": [{"content_type": "image/png", "payload": "AAAA"}],
}  # fmt: skip
XARF_3 = {
    "Version": "3", "ReporterInfo": {"ReporterOrg": "Flag", "ReporterOrgEmail": "a@flag.example", "ReporterOrgDomain": "flag.example"},
    "Disclosure": True, "Report": {"ReportClass": "Content", "ReportType": "Fraud", "Date": "2021-01-08T14:00:00Z", "SourceIp": "192.0.2.1", "Url": post(2)},
}  # fmt: skip


def test_xarf_is_read_whatever_its_version_and_whatever_it_lacks() -> None:
    letter = read(json.dumps(XARF_4), "report.json")
    assert letter.form == "xarf"
    assert urls(letter) == [post(1)]
    item = letter.items[0]
    assert (item.policy, item.reference, item.seen_at) == ("hate", XARF_4["report_id"], 1_610_114_400_000)
    assert "praises a murder" in item.reason
    assert urls(read(json.dumps(XARF_3))) == [post(2)]
    assert read(json.dumps(XARF_3)).items[0].policy == "spam"
    assert urls(
        read(json.dumps([XARF_4, XARF_3, {"xarf_version": 4, "type": None, "source_identifier": post(3)}]))
    ) == [post(1), post(2), post(3)]
    assert pointed(read(json.dumps({"xarf_version": "9", "type": 7}))) == [("none", "")]


def test_xarf_in_a_mail_is_one_item_with_the_words_beside_it() -> None:
    made = mail(f"We report {post(1)}")
    made.add_attachment(json.dumps(XARF_4).encode(), maintype="application", subtype="json", filename="xarf.json")
    letter = read(made.as_bytes())
    assert letter.form == "xarf"
    assert urls(letter) == [post(1)]
    assert letter.items[0].reference == XARF_4["report_id"]


@pytest.mark.parametrize(
    "value",
    [
        {"reports": [{"link": post(1), "why": "hate"}, {"link": post(2), "why": "hate"}]},
        [{"post_id": str(ID + 1)}, {"post_id": ID + 2}],
        {"data": {"attributes": {"content": {"url": post(1)}}, "more": [post(2)]}},
        [post(1), post(2)],
    ],
)
def test_json_of_any_shape_is_read(value: object) -> None:
    letter = read(json.dumps(value), "x.json")
    assert [one.removeprefix(f"{BASE}/@bob/") for _, one in pointed(letter)] == [str(ID + 1), str(ID + 2)]
    lines = "\n".join(json.dumps({"url": post(n)}) for n in (1, 2))
    assert urls(read(lines, "x.jsonl")) == [post(1), post(2)]


def test_arf_names_its_addresses_once() -> None:
    report = MIMEMultipart("report", report_type="feedback-report")
    report["From"], report["Subject"] = "fbl@host.example", "Abuse"
    text = EmailMessage()
    text.set_content("This is an abuse report.\n")
    fields = MIMENonMultipart("message", "feedback-report")
    fields.set_payload(
        f"Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nArrival-Date: Fri, 8 Jan 2021 14:00:00 GMT\nReported-URI: {post(1)}\nReported-URI: {post(2)}\n"
    )
    original = mail(f"buy {post(1)}", sender="spam@else.example")
    inner = MIMENonMultipart("message", "rfc822")
    inner.set_payload([original])
    for part in (text, fields, inner):
        report.attach(part)
    letter = read(report.as_bytes())
    assert letter.form == "arf"
    assert urls(letter) == [post(1), post(2)]
    assert letter.items[0].seen_at == 1_610_114_400_000


def test_archives_are_opened_and_bombs_are_faults() -> None:
    inner = packed({"deep.csv": f"url\n{post(2)}\n".encode()})
    letter = read(
        packed({"a/list.txt": post(1).encode(), "b.zip": inner, "shot.png": pictures.picture("png", 400, 300)}),
        "all.zip",
    )
    assert pointed(letter)[:2] == [("url", post(1)), ("url", post(2))]
    assert letter.items[2].pointer == "screenshot"
    assert urls(read(gzip.compress(f"url\n{post(1)}\n".encode()), "list.csv.gz")) == [post(1)]
    bomb = read(packed({"bomb.txt": bytes(40 * 1024 * 1024), "list.txt": post(1).encode()}), "x.zip")
    assert urls(bomb) == [post(1)]
    assert any("more than a letter may hold" in fault for fault in bomb.faults)
    nested = packed({"list.txt": post(1).encode()})
    for _ in range(12):
        nested = packed({"in.zip": nested})
    assert any("too deep" in fault for fault in read(nested, "x.zip").faults)
    assert read(nested, "x.zip").items[0].pointer == "screenshot"


def test_a_picture_is_for_a_person() -> None:
    letter = read(pictures.picture("png", 400, 300), "screen.png", "image/png")
    assert (letter.form, pointed(letter)) == ("image", [("screenshot", letter.attachments[0].digest)])


def test_addresses_are_picked_out_of_forms_that_nobody_knows() -> None:
    outlook = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(range(256)) * 4
        + f"Please remove {post(1)} now".encode("utf-16-le")
        + bytes(64)
    )
    letter = read(outlook, "letter.msg")
    assert urls(letter) == [post(1)]
    assert "not known" in letter.faults[0]
    nothing = read(bytes(range(256)) * 20, "what.bin")
    assert nothing.items[0].pointer == "none"
    assert "SHA-256" in nothing.items[0].claim


def test_bombs_of_markup_end() -> None:
    for bomb in (
        "<div>" * 50_000,
        "<" * 100_000,
        "<a href='" * 20_000,
        "&amp;" * 50_000,
        "<blockquote>" * 20_000 + post(1),
    ):
        assert read(f"<html><body>{bomb}", "x.html", "text/html").items
    entity = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><z>&b;</z>'
    assert read(packed({"word/document.xml": entity}), "x.docx").faults


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300_000, "http://" * 40_000, "a." * 200_000, "@" * 200_000, "-" * 300_000, ">" * 300_000, '"' * 200_000, "https://perdure.example/" + "/" * 200_000,
        "%25" * 100_000, "perdure " * 50_000, "perdure.example " * 30_000, ("x" * 60 + "\n") * 5_000, "within " * 60_000, "1" * 300_000, "On " + "a" * 200_000, ("@" * 500 + "\n") * 200, ("On a@b.c wrote" + "@x." * 150 + ":\n") * 200, "Frist: " * 9_000, (".a@" * 190 + " wrote:\n") * 100,
        "\u202e" * 200_000, "[.]" * 100_000, "h t t p " * 50_000, "{" * 100_000, "[" * 100_000, "a,b;" * 60_000, "case " * 60_000, "24 hours " * 30_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    began = time.process_time()
    assert read(text).items
    assert time.process_time() - began < 4
