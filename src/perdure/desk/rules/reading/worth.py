"""Which addresses of a letter it complains of, and which are only in it: its sender's site, terms, signatures. Pure."""

import re
from typing import Final

from perdure.desk.rules import places
from perdure.desk.rules.reading.gathering import Finding

_BOILERPLATE: Final = re.compile(
    r"unsubscribe|privacy|terms|\baup\b|acceptable|legal|polic(?:y|ies)|support|\bhelp\b|contact|docs?\b|"
    r"console|feedback|survey"
    r"|guidelines|imprint|impressum|\bfaq|preferences|\bagb\b|conditions|confidentialit|mentions|datenschutz|"
    r"statement|respond|response"
    r"|abuse|eur-lex|legislation|gesetze|legifrance|\bcgu\b|schema|w3\.org|linkedin\.com/company|wikipedia|"
    r"download|apps?\.apple|play\.google",
    re.IGNORECASE,
)
_CONTENT: Final = re.compile(r"/@\w|\d{6}|/(?:users|posts?|status)/")
_POSTLIKE: Final = re.compile(
    r"/@[\w.\-]+/\d|/status(?:es)?/\d|/posts?/[\w-]|/p/|/notes?/|/objects/|/watch|/video|/comments/|"
    r"/permalink|/notice/|/t/|/r/|/u/|/users?/|/@\w",
    re.IGNORECASE,
)


def weighed(found: list[Finding], hosts: frozenset[str], sender_host: str) -> list[Finding]:
    """Say of each finding whether it is sure. Addresses of elsewhere count where they stand in a list with others."""
    authors = {name for one in found if one.pointer == "url" and (name := _author(one.url))}
    kept: list[Finding] = []
    for at, one in enumerate(found):
        if one.pointer == "account" and one.value.lower() in authors and not one.listed:
            continue  # whoever wrote what the addresses lead to
        if one.pointer == "url":
            kind = places.place_of(one.url, hosts).kind
            if kind == "foreign" and _is_senders(one.url, sender_host):
                continue
            if kind in {"foreign", "page", "unreadable"} and not (kind == "page" and _CONTENT.search(one.url)):
                one.sure = one.listed and _has_company(found, at)
            else:
                one.sure = True
        kept.append(one)
    return kept


def _author(url: str) -> str:
    """The name of the account in a post's address."""
    match = re.search(r"/@?(?:users/)?@?([A-Za-z0-9_]{1,60})/(?:statuses/)?\d", url)
    return match[1].lower() if match else ""


def _is_senders(url: str, sender_host: str) -> bool:
    """Whether an address is of the sender's own site, or of a kind that stands below every letter."""
    host = places.host_of(url.partition("://")[2].partition("/")[0])
    if sender_host and _registered(host) == _registered(sender_host):
        return True
    return bool(_BOILERPLATE.search(url)) and not _POSTLIKE.search(url)


def _registered(host: str) -> str:
    """The last two labels of a host: near enough to tell a sender's own sites."""
    return ".".join(host.split(".")[-2:])


def _has_company(found: list[Finding], at: int) -> bool:
    """Whether an address stands near others."""
    near = [*found[max(0, at - 3) : at], *found[at + 1 : at + 4]]
    return any(one.pointer in {"url", "id"} for one in near)
