"""The threat pattern: a verb of harm and a person it is aimed at, in any spelling, in English and French.

It decides what may be ranked, never what may be said. So it takes news and quotations for threats, and words it does
not know for names: what is wrongly kept from trends costs little, and a threat that trends costs a site its host.

The text is read folded (``normalise.views``: leet, lookalikes, spaced letters, signs between letters); a word that
hides several (``hangjohndoe``) is taken apart by the words that are known; two orders are looked for: verb and name,
and name and verb ("NAME must hang", "a rope for NAME"), and all of it spelt backwards.
"""

from functools import lru_cache
from typing import Final

from perdure.signals.rules.normalise import views
from perdure.signals.rules.vocabulary import ALSO_NAMES, ARTICLES, is_listed, is_word

_VERBS: Final = """
hang kill shoot murder lynch behead execute assassinate stab strangle slaughter decapitate crucify guillotine impale
exterminate massacre drown rape torture butcher poison dismember disembowel
pendez pendons pendre pends tuez tuons tuer tue abattez abattons abattre abats fusillez fusillons fusiller egorgez
egorgeons egorger decapitez decapitons decapiter lynchez lynchons lyncher assassinez assassinons assassiner executez
executons executer poignardez poignardons poignarder etranglez etranglons etrangler etripez etripons etriper butez
butons buter flinguez flinguons flinguer crucifiez crucifions crucifier guillotinez guillotinons guillotiner
zigouillez zigouillons zigouiller torturez torturons torturer violez violons
"""
_DONE: Final = """
hang hanged hung kill killed shot murdered lynched beheaded executed assassinated stabbed strangled slaughtered
decapitated crucified guillotined impaled exterminated raped tortured poisoned dead die swing burn
pendu pendue pendus tue tuee abattu abattue fusille fusillee egorge egorgee decapite decapitee lynche lynchee assassine
assassinee execute executee poignarde guillotine guillotinee crucifie mort morte mourir crever creve
"""
_MUST: Final = "must should shall will needs deserves deserve gonna ought has better doit merite va devrait faut"
_BETWEEN_MUST: Final = "to be get got going die have a the d etre se faire de la le du"
_ENDS: Final = "gallows noose rope guillotine scaffold gibet potence corde echafaud bullet firingsquad"
_LINKS: Final = "for to pour a au sur around autour"
# What may stand between a verb and a name.
_FILLERS: Final = """
that this those these traitor traitors bastard scum pig rat crook criminal tyrant dictator fucking fuckin damn damned
bloody dirty crooked corrupt evil old stupid mr mrs ms miss dr sir mister madame monsieur now all up then already him
her them it again please just sale ce cet cette traitre ordure pourri salaud salope bien vite tous de du
"""
_ROLES: Final = """
president presidents vicepresident vp senator senators congressman congresswoman governor mayor minister chancellor
premier premiere potus scotus speaker representative congress senate prefet maire ministre senateur depute presidente
"""
_SHORT_WORDS: Final = "to be we is it in on of up us me my he do go no so au du de la le un et dj tv"
_PRONOUNS: Final = frozenset(("him", "her", "them", "lui", "le", "la", "les"))
VERBS: Final = frozenset(_VERBS.split())
_DONE_WORDS: Final = frozenset(_DONE.split())
_MUST_WORDS: Final = frozenset(_MUST.split())
_MUST_FILL: Final = frozenset(_BETWEEN_MUST.split())
_END_WORDS: Final = frozenset(_ENDS.split())
_LINK_WORDS: Final = frozenset(_LINKS.split())
_FILLER_WORDS: Final = frozenset(_FILLERS.split())
_ROLE_WORDS: Final = frozenset(_ROLES.split())
_HARM: Final = VERBS | _DONE_WORDS
_FATES: Final = _END_WORDS | {"death", "mort"}
_ORDERS: Final = _MUST_WORDS | VERBS
_SHORT: Final = frozenset(_SHORT_WORDS.split())
_KEPT: Final = _HARM | _MUST_WORDS | _END_WORDS | _FATES | _ROLE_WORDS | {"the", "that", "this", "him", "them", "for"}
_SMALL: Final = 4  # letters of a word that may be part of a name
_TOWARDS: Final = _LINK_WORDS | ARTICLES | {"belongs", "in"}
_LEADING: Final = frozenset(("to", "for", "au", "pour", "belongs"))
# Titles, games and places that look like a verb and a name.
_HARMLESS_PAIRS: Final = frozenset(
    tuple(pair.split()) for pair in ("hang seng", "kill bill", "kill tony", "kill la", "murder inc", "hang massive")
)
_LONGEST: Final = 400  # tokens looked at
_LONGEST_WORD: Final = 60
_REACH: Final = 4
_UNKNOWN_COST: Final = 1.6  # of a letter that belongs to no known word, against 1 for a word
_NAME_COST: Final = 2.0  # of beginning a name, so that names stay whole
_NEVER: Final = float("inf")
_LONGEST_PIECE: Final = 16
_FEWEST_LETTERS: Final = 3
_Way = tuple[float, tuple[str, ...]]


@lru_cache(maxsize=1 << 12)
def menace(text: str) -> str | None:
    """The words of a text that aim harm at somebody, or None. Pure; some 50 µs for thirty words."""
    words = [part for word in views(text).tokens[:_LONGEST] for part in _apart(word)]
    backwards = [word[::-1] for word in reversed(words)]
    if any(word in VERBS and len(word) > _FEWEST_LETTERS and not is_word(word[::-1]) for word in backwards):
        return _aimed(words) or _aimed(backwards)
    return _aimed(words)


def _aimed(words: list[str]) -> str | None:
    for place, word in enumerate(words):
        if word in VERBS and (end := _named_after(words, place)):
            return " ".join(words[place:end])
        if word in _FATES and (found := _fate(words, place)):
            return found
        if word in _ORDERS and (begin := _named_before(words, place)) is not None:
            return " ".join(words[begin : place + _REACH])
    return None


def _named_after(words: list[str], place: int) -> int:
    """Where a name after a verb ends; 0 where none follows."""
    if tuple(words[place : place + 2]) in _HARMLESS_PAIRS and not _is_name(words, place + 2):
        return 0
    at, article = place + 1, False
    while at < len(words) and at <= place + _REACH and (words[at] in _FILLER_WORDS or words[at] in ARTICLES):
        article = words[at] in ARTICLES
        at += 1
    if at >= len(words):
        return 0
    if words[at] in _ROLE_WORDS or words[at].startswith("@"):
        return at + 1
    return 0 if article else _is_name(words, at)


def _is_name(words: list[str], at: int) -> int:
    """Where a name that begins here ends; 0 where none does."""
    if at >= len(words):
        return 0
    word = words[at]
    if word.startswith("@"):
        return at + 1
    if word in _HARM:
        return 0
    if not is_word(word):
        return at + 2 if at + 1 < len(words) and not is_word(words[at + 1]) else at + 1
    follows = at + 1 < len(words) and not is_listed(words[at + 1]) and words[at + 1] not in _HARM
    return at + 2 if word in ALSO_NAMES and follows else 0


def _named_before(words: list[str], place: int) -> int | None:
    """Where a name begins whose bearer "must hang", or that ends in a verb aimed at it ("NAME: hang him")."""
    if not place:
        return None
    begin = place - 1
    while begin > 0 and place - begin < _REACH and is_word(words[begin]) and words[begin] in _FILLER_WORDS:
        begin -= 1
    named = words[begin].startswith("@") or words[begin] in _ROLE_WORDS or not is_word(words[begin])
    both = begin > 0 and words[begin - 1] in ALSO_NAMES and not is_listed(words[begin])
    if words[begin] in _HARM or not (named or both):
        return None
    after = words[place + 1 : place + 1 + _REACH]
    if words[place] in VERBS:
        # Nothing, or nothing but a pronoun, stands behind the verb.
        return begin if not after or after[0] in _PRONOUNS else None
    for word in after:
        if word in _DONE_WORDS or word in _END_WORDS:
            return begin
        if word not in _MUST_FILL:
            return None
    return None


def _fate(words: list[str], place: int) -> str | None:
    """A rope, a bullet or death for somebody: "death to NAME", "a rope for NAME", "NAME to the gallows"."""
    after = place + 1
    while after < len(words) and after <= place + 2 and (words[after] in _LINK_WORDS or words[after] == "a"):
        after += 1
    if after > place + 1 or words[place] == "mort":
        while after < len(words) and words[after] in _FILLER_WORDS:
            after += 1
        if end := _is_name(words, after):
            return " ".join(words[place:end])
        if after < len(words) and words[after] in _ROLE_WORDS:
            return " ".join(words[place : after + 1])
    before = place - 1
    while before >= 0 and (words[before] in _TOWARDS):
        before -= 1
    led = _LEADING.intersection(words[before + 1 : place]) or words[max(0, place - 2) : place] == ["a", "la"]
    if led and before >= 0 and (words[before].startswith("@") or not is_word(words[before])):
        return " ".join(words[before : place + 1])
    return None


@lru_cache(maxsize=1 << 14)
def _apart(word: str) -> tuple[str, ...]:
    """A word taken apart where it hides a verb of harm: by known words, with what is left as names."""
    if len(word) < 7 or len(word) > _LONGEST_WORD or word.startswith("@") or word in _HARM or is_word(word):
        return (word,)
    parts = _whole_names(_whole_names(_cheapest(word)))  # the second time for what the first made unknown
    return parts if any(part in _HARM or part in _END_WORDS for part in parts) else (word,)


def _whole_names(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Small words between letters that belong to none are parts of a name: "b", "run", "o" is a name."""
    made: list[str] = []
    in_name = False
    for place, part in enumerate(parts):
        unknown = not _known(part)
        led = bool(made) and made[-1] in _FATES and part in _LINK_WORDS
        small = part not in _KEPT and not led and (len(part) <= _SMALL or not is_listed(part))
        beside = in_name or (place + 1 < len(parts) and not _known(parts[place + 1]))
        if in_name and (unknown or (small and beside)):
            made[-1] += part
        else:
            made.append(part)
        in_name = unknown or (small and beside)
    return tuple(made)


def _cheapest(word: str) -> tuple[str, ...]:
    """The way to cut a word that leaves the fewest letters outside known words, with the fewest words.

    For each place the best way whose last piece is a known word, and the best one that is inside a name.
    """
    closed: list[_Way] = [(0.0, ())]
    inside: list[_Way] = [(_NEVER, ())]
    for end in range(1, len(word) + 1):
        going_on, beginning = inside[end - 1], closed[end - 1]
        letter = word[end - 1]
        ways = [(going_on[0] + _UNKNOWN_COST, (*going_on[1][:-1], going_on[1][-1] + letter))] if going_on[1] else []
        ways.append((beginning[0] + _UNKNOWN_COST + _NAME_COST, (*beginning[1], letter)))
        inside.append(min(ways))
        ends: list[_Way] = [(_NEVER, ())]
        for begin in range(max(0, end - _LONGEST_PIECE), end - 1):
            piece = word[begin:end]
            if _known(piece):
                cost, parts = min(closed[begin], inside[begin])
                ends.append((cost + (1.0 if len(piece) >= _FEWEST_LETTERS else _NAME_COST + 1), (*parts, piece)))
        closed.append(min(ends))
    return min(closed[-1], inside[-1])[1]


def _known(piece: str) -> bool:
    if len(piece) < _FEWEST_LETTERS:
        return piece in _SHORT
    return piece in _HARM or piece in _END_WORDS or piece in _ROLE_WORDS or is_word(piece)
