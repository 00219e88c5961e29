"""Mails as hosts, flaggers, people and their programs write them."""

import base64
import quopri

import pytest

from perdure.desk.rules import places
from tests.app import pictures
from tests.unit.reading import BASE, ID, OWN, mail, pointed, policies, post, read, urls

HOST_LETTER = f"""Hello Perdure operators,

Our Trust & Safety team received complaints about content on your service that appears
to breach our Acceptable Use Policy (https://host.example/aup). You must review each item
below and tell us within 24 hours what you did. Case number: 77123-A

Threats against elected officials:
1. {post(1)}
2. {post(2)}  "bring rope"
3. {post(3)}

Hate speech:
4. {post(4, "eve")}
5. {post(1)}
6. See attached screenshot-6.png
7. https://other.example/@x/99
8. https://bit.ly/3xyz

Kind regards,
Trust & Safety
--\x20
Host Inc., 1 Example Way
https://host.example/support | https://perdure.example/@support/5
"""


def test_a_host_lists_posts_under_headings() -> None:
    letter = read(mail(HOST_LETTER, subject="[Ticket#2021011177] Action required").as_bytes())
    assert letter.form == "mail"
    assert (letter.from_name, letter.from_email) == ("Trust and Safety", "trust@host.example")
    assert letter.deadline_ms == 24 * 3_600_000
    assert letter.language == "en"
    assert letter.references == ("2021011177", "77123-A")
    assert letter.sent_at == 1_610_386_200_000
    assert [item.number for item in letter.items] == list(range(1, 9))
    assert [item.pointer for item in letter.items] == ["url"] * 5 + ["none"] + ["url"] * 2
    assert policies(letter)[:5] == ["threat", "threat", "threat", "hate", "hate"]
    assert letter.items[1].reason == "bring rope"
    assert letter.items[0].url == letter.items[4].url  # twice in a list is two items
    assert not letter.faults


def test_html_alone_reads_like_text() -> None:
    html = f"""<html><head><style>a{{}}</style><title>x</title></head><body>
    <p>Bonjour,</p><p>Merci de retirer sous 48&nbsp;heures&nbsp;:</p>
    <ul><li><a href="{post(1)}">ce message</a> — menaces de mort</li>
    <li><a href="https://clicks.mailer.example/x/abc">{post(2)}</a> — haine raciale</li>
    <li>https://perdure.example/@<wbr>bob/{ID + 3}</li></ul>
    <p><img src="https://mailer.example/open.gif" width="1"></p></body></html>"""
    letter = read(mail(html=html).as_bytes())
    assert urls(letter) == [post(1), post(2), post(3)]
    assert policies(letter) == ["threat", "hate", ""]
    assert (letter.language, letter.deadline_ms) == ("fr", 48 * 3_600_000)


def test_two_forms_of_the_same_are_read_once() -> None:
    letter = read(mail(f"One:\n{post(1)}\n", html=f"<p>One: <a href='{post(1)}'>here</a></p>").as_bytes())
    assert urls(letter) == [post(1)]
    poor = read(mail("Your client shows no HTML.", html=f"<ul><li>{post(1)}<li>{post(2)}</ul>").as_bytes())
    assert urls(poor) == [post(1), post(2)]


def test_an_html_table_has_an_item_for_each_row() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>{post(n)}</td><td>Bedrohung</td></tr>" for n in (1, 2, 3))
    letter = read(mail(html=f"<table><tr><th>Nr</th><th>URL</th><th>Grund</th></tr>{rows}</table>").as_bytes())
    assert urls(letter) == [post(1), post(2), post(3)]
    assert policies(letter) == ["threat"] * 3


REPLY = """Two more, please:

{new}

{attribution}
> Hello,
>
> {old}
> {older}
"""


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 11 Jan 2021 at 09:30, Jane Doe <jane@host.example> wrote:",
        "On Mon, 11 Jan 2021 at 09:30, Jane Doe <jane@host.example>\nwrote:",
        "Le lun. 11 janv. 2021 à 09:30, Jeanne <jeanne@host.example> a écrit :",
        "Am 11.01.2021 um 09:30 schrieb Jana <jana@host.example>:",
        "",
    ],
)
def test_what_a_reply_quotes_is_not_complained_of_again(attribution: str) -> None:
    text = REPLY.format(new=post(9), attribution=attribution, old=post(1), older=post(2))
    letter = read(mail(text, subject="Re: Abuse report", In_Reply_To="<0@perdure.example>").as_bytes())
    assert urls(letter) == [post(9)]
    assert post(1) not in letter.prose
    assert letter.in_reply_to == ("<0@perdure.example>",)


@pytest.mark.parametrize(
    "mark",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "From: Jane Doe <jane@host.example>\nSent: Monday, 11 January 2021 09:30\nTo: abuse\nSubject: Report",
        "Von: Jana <jana@host.example>\nGesendet: Montag\nAn: abuse\nBetreff: Meldung",
    ],
)
def test_what_stands_below_a_reply_without_marks_is_older_too(mark: str) -> None:
    letter = read(
        mail(f"Any news on this one? {post(9)}\n\n{mark}\n\n{post(1)}\n{post(2)}\n", subject="RE: Report").as_bytes()
    )
    assert urls(letter) == [post(9)]


def test_a_reply_that_names_nothing_brings_back_what_it_quotes_and_says_so() -> None:
    text = f"Please act now!\n\nOn 11 Jan 2021 at 09:30 Jane <jane@host.example> wrote:\n> {post(1)}\n> {post(2)}\n"
    letter = read(mail(text, subject="Re: Report").as_bytes())
    assert urls(letter) == [post(1), post(2)]
    assert "older mail" in letter.faults[0]


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------\nFrom: Jane <jane@x.example>\nDate: Mon\nSubject: Abuse\nTo: me",
        "Begin forwarded message:\n\nFrom: Jane <jane@x.example>\nSubject: Abuse",
        "-------- Weitergeleitete Nachricht --------\nVon: Jana\nBetreff: x",
        "-------- Message transféré --------\nDe : Jeanne\nSujet : x",
    ],
)
def test_a_forwarded_mail_is_what_its_sender_wants_to_say(mark: str) -> None:
    letter = read(mail(f"FYI, please handle.\n\n{mark}\n\n> {post(1)}\n> {post(2)}\n", subject="Fwd: Abuse").as_bytes())
    assert urls(letter) == [post(1), post(2)]
    assert not letter.faults


def test_gmail_and_apple_quotations_in_html_are_older() -> None:
    gmail = (
        f'<div>New: {post(9)}</div><div class="gmail_quote"><div class="gmail_attr">On Mon, 11 Jan 2021 at 09:30 Jane '
        f'&lt;<a href="mailto:jane@host.example">jane@host.example</a>&gt; wrote:<br></div>'
        f'<blockquote class="gmail_quote"><div>{post(1)}</div></blockquote></div>'
    )
    apple = f'<div>New: {post(9)}</div><blockquote type="cite"><div>On 11 Jan, Jane wrote:</div>{post(1)}</blockquote><p>{post(8)}</p>'
    assert urls(read(mail(html=gmail, subject="Re: x").as_bytes())) == [post(9)]
    assert urls(read(mail(html=apple, subject="Re: x").as_bytes())) == [post(9), post(8)]


def test_a_quotation_of_a_post_is_no_older_mail() -> None:
    text = (
        f"On 6 January 2021 at 14:03 your user @bob wrote:\n\n> we will hang them all\n\n{post(1)}\n\nPlease remove it."
    )
    assert urls(read(mail(text).as_bytes())) == [post(1)]
    quoted = f"Hello,\n\n> {post(1)}\n> {post(2)}\n\nThese call for murder."
    assert urls(read(mail(quoted).as_bytes())) == [post(1), post(2)]


def test_a_mail_in_a_mail_is_read() -> None:
    inner = mail(f"Complaint:\n{post(1)}\n{post(2)}", sender="someone@else.example")
    outer = mail("See the attached complaint.", subject="Fwd: complaint")
    outer.add_attachment(inner)
    letter = read(outer.as_bytes())
    assert urls(letter) == [post(1), post(2)]
    assert letter.from_email == "trust@host.example"


def test_soft_breaks_and_flowed_lines_leave_addresses_whole() -> None:
    long = f"{BASE}/users/bob_with_a_rather_long_name_1/statuses/{ID + 1}"
    coded = quopri.encodestring(
        f"Please remove this post at once, it is a threat: {long} and answer.\n".encode()
    ).decode()
    raw = f"From: a@host.example\r\nSubject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{coded}"
    assert "=\n" in coded
    assert urls(read(raw)) == [long]
    flowed = f"From: a@host.example\nSubject: x\nContent-Type: text/plain; format=flowed; delsp=yes\n\nSee {long[:40]} \n{long[40:]}  \nnow.\n"
    assert urls(read(flowed)) == [long]
    pasted = f"Bitte l=C3=B6schen:=20\n{long[:50]}=\n{long[50:]}\n"
    assert urls(read(pasted)) == [long]


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("utf-8", "utf-8"), ("us-ascii", "utf-8"), ("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("iso-8859-15", "iso-8859-15"),
        ("no-such-charset", "utf-8"), ("utf-16", "utf-16"), ("utf-7", "utf-7"), ("", "cp1252"), ("rot13", "utf-8"), ("idna", "utf-8"),
    ],
)  # fmt: skip
def test_wrong_and_odd_charsets_do_not_hide_anything(declared: str, actual: str) -> None:
    body = f"Merci de retirer cet appel à la haine, déjà signalé :\n{post(1)}\n".encode(actual)
    head = f'From: a@h.example\nSubject: x\nContent-Type: text/plain; charset="{declared}"\nContent-Transfer-Encoding: base64\n\n'
    letter = read(head.encode() + base64.encodebytes(body))
    assert urls(letter) == [post(1)]
    assert "déjà signalé" in letter.prose


def test_text_from_right_to_left_is_read() -> None:
    letter = read(mail(f"يرجى حذف هذا المنشور خلال 24 ساعة:\n\u202b{post(1)}\u202c\n").as_bytes())
    assert urls(letter) == [post(1)]
    assert letter.language == "ar"


def test_a_pasted_mail_is_a_mail_also_when_it_was_copied_from_a_window() -> None:
    text = f"From: Jane <jane@host.example>\nSent: Monday, 11 January 2021 09:30\nTo: abuse\nSubject: Report 12345\n\n{post(1)}\n"
    letter = read(text)
    assert (letter.form, letter.from_email, letter.subject) == ("mail", "jane@host.example", "Report 12345")
    assert urls(letter) == [post(1)]


@pytest.mark.parametrize(
    "raw",
    [
        b"From: x\n\n", b"Subject: \xff\xfe\nFrom: \xff\n\n" + post(1).encode(), b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=a\nFrom: b@c.example\n\n--a\n\n" + post(1).encode(),
        b"From: =?utf-8?B?!!!?= <a@b.example>\nSubject: =?x?q?=\nDate: yesterday\n\n" + post(1).encode(),
        b"From: a@b.example\nContent-Type: text/plain; charset=\n\n" + post(1).encode(), b"\n\n\n", b"", b"\0\0\0\0",
        b"From: a@b.example\nTo: c\nContent-Transfer-Encoding: base64\n\n!!!not base64!!!",
    ],
)  # fmt: skip
def test_broken_mails_lose_nothing(raw: bytes) -> None:
    letter = read(raw)
    assert letter.items
    if b"https" in raw:
        assert urls(letter) == [post(1)]
    else:
        assert pointed(letter)[0][0] == "none"
        assert letter.faults


def test_a_screenshot_is_an_item_and_a_logo_is_none() -> None:
    made = mail(f"List:\n1. {post(1)}\n2. see evidence.png\n3. {post(2)}\n")
    made.add_attachment(pictures.picture("png", 800, 600), maintype="image", subtype="png", filename="evidence.png")
    made.add_attachment(
        pictures.picture("png", 60, 30),
        maintype="image",
        subtype="png",
        filename="logo.png",
        cid="<logo>",
        disposition="inline",
    )
    letter = read(made.as_bytes())
    assert [item.pointer for item in letter.items] == ["url", "screenshot", "url"]
    shown = next(one for one in letter.attachments if one.name == "evidence.png")
    assert letter.items[1].value == shown.digest
    assert len(letter.attachments) == 2


def test_a_table_beside_the_words_names_the_same_things_once() -> None:
    made = mail(f"The worst is {post(2)}: a death threat.\nThe rest is in the table.")
    made.add_attachment(
        f"url,reason\n{post(1)},hate\n{post(2)},x\n{post(2)},y\n".encode(),
        maintype="text",
        subtype="csv",
        filename="list.csv",
    )
    letter = read(made.as_bytes())
    assert urls(letter) == [post(2), post(1), post(2)]
    assert [one.read for one in letter.attachments] == [True]


def test_an_encrypted_mail_is_for_a_person() -> None:
    raw = (
        b'From: a@b.example\nSubject: x\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nabc\n--b--\n"
    )
    letter = read(raw)
    assert pointed(letter)[0][0] == "none"
    assert any("encrypted" in fault for fault in letter.faults)


def test_addresses_in_the_signature_and_of_the_senders_site_are_no_items() -> None:
    made = mail(
        f"Please see {post(1)}\nOur statement form: https://abuse.host.example/statement/77?token=abc\n\n-- \n{BASE}/@support/7\n"
    )
    assert urls(read(made.as_bytes())) == [post(1)]


def test_a_letter_that_points_elsewhere_says_where() -> None:
    letter = read(mail("Remove these:\nhttps://a.example/@x/1\nhttps://b.example/@y/2\n").as_bytes())
    assert urls(letter) == ["https://a.example/@x/1", "https://b.example/@y/2"]
    assert {places.place_of(url, frozenset(OWN.hosts)).kind for url in urls(letter)} == {"foreign"}
