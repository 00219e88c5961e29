"""Small rules for text that holds everywhere."""

import unicodedata

from perdure.kernel.errors import Invalid

_KEPT_CONTROLS = "\t\n"


def clean(value: str) -> str:
    """Text as we store it: NFC, line ends as LF, no control characters but tab and newline.

    NUL is illegal in PostgreSQL and would break the change log, so it never gets past here. Lone surrogates
    cannot be encoded as UTF-8 and are refused with :class:`Invalid`.
    """
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = "Validation failed: Text is not valid Unicode"
        raise Invalid(message) from error
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    if not unified.isprintable():
        unified = "".join(c for c in unified if c in _KEPT_CONTROLS or unicodedata.category(c) != "Cc")
    return unicodedata.normalize("NFC", unified)


def key(value: str) -> str:
    """The form under which names are compared: case folded and compatibility-normalised."""
    return unicodedata.normalize("NFKC", value).casefold()
