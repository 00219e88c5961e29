"""What the trend guard is tried on: thirty spellings of a threat against any name, and five hundred harmless trends."""

import random
from collections.abc import Callable

_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
_LOOKALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х"})
_GIVEN = ("Ada", "Bruno", "Celeste", "Dmitri", "Elvira", "Fergus", "Gudrun", "Hakim", "Imelda", "Jasper", "Leopold")
_FAMILY = ("Abernathy", "Brzezinski", "Calloway", "Dubrovnik", "Esterhazy", "Fitzmaurice", "Grinwald", "Hollister")


def names(count: int, seed: int = 7) -> list[str]:
    """Full names that no code knows."""
    pick = random.Random(seed)
    return [f"{pick.choice(_GIVEN)} {pick.choice(_FAMILY)}" for _ in range(count)]


def _spaced(text: str, sign: str) -> str:
    return sign.join(text.replace(" ", ""))


SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda name: f"Hang {name}",
    lambda name: f"HANG {name.upper()}",
    lambda name: f"hang {name.lower()}",
    lambda name: f"#Hang{name.replace(' ', '')}",
    lambda name: f"#hang{name.replace(' ', '').lower()}",
    lambda name: f"#Hang_{name.replace(' ', '_')}",
    lambda name: f"H4ng {name.lower().translate(_LEET)}",
    lambda name: f"#H4ng{name.replace(' ', '')}",
    lambda name: f"h@ng {name}",
    lambda name: f"Hаng {name}",
    lambda name: f"hang {name.lower().translate(_LOOKALIKE)}",
    lambda name: f"Ｈａｎｇ {name}",
    lambda name: f"H a n g {name}",
    lambda name: _spaced(f"hang {name.lower()}", " "),
    lambda name: f"h.a.n.g {name}",
    lambda name: f"h-a-n-g {name}",
    lambda name: f"h\u200bang {name}",
    lambda name: f"H🔥a🔥n🔥g {name}",
    lambda name: "🔥".join(["Hang", *name.split()]),
    lambda name: f"haaaang {name}",
    lambda name: f"{name} must hang",
    lambda name: f"#{name.replace(' ', '')}MustHang",
    lambda name: f"#{name.replace(' ', '').lower()}musthang",
    lambda name: f"{name}: hang him",
    lambda name: f"hang that traitor {name}",
    lambda name: f"let's all hang {name} tonight",
    lambda name: f"Pendez {name}",
    lambda name: f"#pendez{name.replace(' ', '').lower()}",
    lambda name: f"Il faut pendre {name} !",
    lambda name: f"a rope for {name}, to the gallows",
)
"""Every way to write "Hang NAME" that the guard must know."""

_HARMLESS = """
hang gliding|hang gliding world cup|hang ten|hang loose|hang tough|hang in there|hang on sloopy|hang the dj|hang seng
hang seng index|hangover|hangover cure|hangout festival|hangman game|hanging gardens|hanging baskets|hang up the phone
hang drum music|hang time|hangzhou|hangul day|kill the bill|kill the bill protest|kill bill|kill bill volume two
kill time|kill the lights|kill switch|kill switch engage|kill your darlings|kill them with kindness|kill the noise
kill the messenger|killer queen|the killers|killing eve|killing moon|killing floor|killer whale|killer bees|killjoys
killing me softly|killing in the name|killing joke|roadkill|overkill|painkillers|weedkiller|kill all weeds
kill the boredom|kill zone|kill team|killarney|shoot for the moon|shoot the moon|shooting stars|shooting star
shoot to thrill|shootout|photo shoot|fashion shoot|shoot film|shoot hoops|bamboo shoots|penalty shootout
clay pigeon shooting|sharpshooter|troubleshooting|murder mystery|murder mystery party|murder on the dancefloor
murder on the orient express|murder she wrote|murder of crows|murderbot|a murder of crows|stab in the dark
burn after reading|burning man|burnout|burn the fat|slow burn|feel the burn|crash and burn|executive order
execute order 66|code execution|execution time|executive producer|assassins creed|assassin bug|assassination museum
poison ivy|poison ivy season|poison pill|food poisoning|rat poison|torture test|tortured poets department
slaughterhouse five|butcher block|guillotine paper cutter|strangler fig|drowning pool|drown your sorrows|death valley
death metal|death note|death star|death in venice|death on the nile|death cab for cutie|death by chocolate
death and taxes|black death history|life after death|deadpool|deadlift|deadline day|rope access|jump rope|tug of rope
skipping rope|tightrope walk|bullet train|bullet journal|bulletproof coffee|silver bullet|must watch|must read books
must have|what must be done|must see places|die hard|diehard fans|do or die|never say die|die another day|the dying swan
swing states|swing dance|swing music|pendule ancienne|pendant lights|tuesday thoughts|tuerie musicale|mortgage rates
mort de rire|la mort aux trousses|petite mort|a mort les taxes|corde a sauter|abattre un arbre|execution budgetaire
gallows humour|noose knot|how to tie a rope|scaffold safety|bomb cyclone|bath bomb|photobomb|seed bombs|beat the heat
beat saber|knock on wood|hit and run|hit parade|cut and paste|crossfire|fire sale|fireworks night|gun control debate
gunpowder tea|knife skills|kitchen knife|blood moon|blood donation|blood orange|bloody mary|war and peace|star wars day
cold war history|price war|tug of war|climate strike|strike a pose|general strike|bowling strike|lightning strike
garden party|sourdough bread|morning coffee|rainy day|book club|film festival|open source|city council budget
school lunch|public transport|world health day|women in science|street photography|vinyl records|chess championship
"""


def harmless() -> list[str]:
    """Five hundred harmless trends: phrases as hashtags in small letters and in humps, and as people write them."""
    phrases = [phrase for line in _HARMLESS.strip().splitlines() for phrase in line.split("|")]
    made = [f"#{phrase.replace(' ', '')}" for phrase in phrases]
    made += ["#" + "".join(word.capitalize() for word in phrase.split()) for phrase in phrases]
    made += phrases
    return list(dict.fromkeys(made))[:500]
