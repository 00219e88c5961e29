"""What the search for copies is tried on: ordinary posts, removed posts, their mutants, and news that quote them."""

import random
from collections.abc import Callable

_TEXT = """
garden rain thyme ladder wall pump bread choir friday library light maps morning heron pond train slow window coffee
river bicycle market orange winter lamp paper street music dinner engine sailor needle copper forest letter kitchen
mountain pencil quiet rocket saddle teacher umbrella violin yellow basket candle dragon eagle about again because
before could every found going house inside little might never often people quite right should there under very
where which while would yesterday the a of to and in we they was were is are not so but then with
"""
_WORDS = _TEXT.split()
_TARGETS = (
    "Wobbleton",
    "Quexley",
    "Brimshaw",
    "Tarkovane",
    "Lindquister",
    "Oppenrode",
    "Vasquelle",
    "Harrowgate",
    "Zellinger",
    "Mendoval",
)
_ACTS = (
    "we will drag {} out of the house on {} and nobody will ever find what is left",
    "somebody should wait for {} behind the station on {} and finish this for good",
    "{} has until {} to leave this town or we burn everything down with them inside",
    "bring everything you have on {} because that is the day {} stops breathing",
    "I know where {} sleeps and {} is the last morning they will ever see",
)
_DAYS = ("friday night", "monday morning")
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0"})
_LOOKALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с"})


def ordinary(pick: random.Random) -> str:
    """A post of 8 to 30 words that threatens nobody."""
    return " ".join(pick.choices(_WORDS, k=pick.randint(8, 30)))


def threats() -> list[str]:
    """Ten removed posts."""
    made = []
    for number, target in enumerate(_TARGETS):
        act, day = _ACTS[number % len(_ACTS)], _DAYS[number // len(_ACTS)]
        made.append(act.format(day, target) if act.startswith("bring") else act.format(target, day))
    return made


def _append(text: str, pick: random.Random) -> str:
    return f"{text} {' '.join(pick.choices(_WORDS, k=3))}"


def _drop(text: str, pick: random.Random) -> str:
    words = text.split()
    del words[pick.randrange(len(words))]
    return " ".join(words)


def _swap(text: str, pick: random.Random) -> str:
    words = text.split()
    for _ in range(2):
        words[pick.randrange(len(words))] = pick.choice(_WORDS)
    return " ".join(words)


MUTATIONS: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("exact", lambda text, _: text),
    ("capitals", lambda text, _: text.upper()),
    ("leet", lambda text, _: text.translate(_LEET)),
    ("lookalikes", lambda text, _: " ".join(word.translate(_LOOKALIKE) for word in text.split())),
    ("emoji at the ends", lambda text, _: f"🔥🔥 {text} 💀"),
    ("emoji between", lambda text, _: text.replace(" ", " 🔥 ")),
    ("spaced letters", lambda text, _: " ".join(text.replace(" ", ""))),
    ("dots in words", lambda text, _: " ".join(".".join(word) if len(word) > 4 else word for word in text.split())),
    ("zero width", lambda text, _: text.replace("e", "e\u200b")),
    ("punctuation", lambda text, _: text.replace(" ", ", ") + "!!!"),
    ("addressed", lambda text, _: f"@somebody {text} https://example.org/x #now"),
    ("stretched", lambda text, _: text.replace("o", "ooo")),
    ("three words added", _append),
    ("three more words added", _append),
    ("a word dropped", _drop),
    ("another word dropped", _drop),
    ("two words swapped", _swap),
    ("two other words swapped", _swap),
)
"""Eighteen ways to say a removed post again; with two of a picture it makes twenty for each of ten."""

_NEWS = (
    'Police arrested a man who had written "{}" on a social network, a spokesman of the regional court said on Tuesday',
    "The post, which read: {}, was removed within minutes, and the author now faces a hearing before the county court",
    "What is wrong with people? A stranger sent my neighbour this: {}. We reported it and we are not afraid of you",
    'Councillors condemned the message ("{}") in a joint statement and asked all to calm down before the election',
)


def news(text: str) -> list[str]:
    """Posts that quote a removed one in fifteen words or more of their own."""
    return [frame.format(text) for frame in _NEWS]
