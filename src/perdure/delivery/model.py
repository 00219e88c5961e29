"""The records of delivery."""

import msgspec


class Mail(msgspec.Struct, frozen=True):
    """One mail in plain text. ``reference`` names what caused it: a repeated delivery keeps its Message-ID."""

    to: str
    subject: str
    text: str
    reference: str
