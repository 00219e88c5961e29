"""What the pages of a kit say, in English and French."""

from collections.abc import Mapping
from typing import Final

_EN: Final = {
    "kit": "Recovery kit of {site}",
    "whole": (
        "Whoever holds these two pages can read everything that this site ever copied, and speak in its name. "
        "Keep them like money: on paper, in two places, and never on the site's own host."
    ),
    "shared": (
        "These two pages open nothing by themselves: any {needed} of the {count} trustees' pages are needed as "
        "well. Give each trustee a copy of them."
    ),
    "site": "Site",
    "number": "Kit number",
    "made": "Made",
    "begin": "Begins at",
    "others": "Other stores",
    "lifeboats": "Lifeboats",
    "trustees": "Trustees",
    "gone": "When the host is gone",
    "machine": "Take an empty machine with Python 3.11 or newer, and install Perdure {release} or newer on it.",
    "file": (
        "Put the kit into a file named kit.txt: copy kit.txt from where it is kept, or scan the codes below in "
        "their order, or type the block on page 2."
    ),
    "combine": (
        "Get {needed} of the trustees' pages, each as a text file, and put them together. The whole kit is then "
        "in kit.txt."
    ),
    "test": "See whether the kit opens the newest copy. Nothing is changed by it:",
    "type": "Bring the site back:",
    "dns": "Point the domain at the new machine, and tell members where to go on a lifeboat page.",
    "square": "kit.txt, code {n} of {count}",
    "typed": "The kit, to be typed",
    "typing": (
        "Type it into a file, with or without spaces and line breaks, in capitals or not, the first line and the "
        "star at the end included. There is no letter I, L, O or U in it. Each line checks itself: perdure says "
        "in which line a mistake is."
    ),
    "bare": "Without Perdure",
    "age": (
        "The newest object under config/ in the store is encrypted with age (age-encryption.org), and this "
        "identity opens it:"
    ),
    "root": "The site's root key (Ed25519, public half, hex) signs hosts and beginnings of reigns:",
    "inside": (
        "The block is JSON, compressed by zlib, with the first four bytes of the SHA-256 behind it, in "
        "Crockford's base 32, two characters at the end of each line left out."
    ),
    "kept": "Kept and tested",
    "place": "The other copy is kept at",
    "tested": "Tested on",
    "foot": "Recovery kit {number} of {site}, page {page} of {pages}",
    "share": "Share {n} of {count}: recovery kit of {site}",
    "holder": "Held by",
    "rest": "The others",
    "trust": (
        "Alone, this page opens nothing. Any {needed} of the {count} shares open everything that the site ever "
        "copied. Keep it where you keep your own papers, show it to nobody, and do not keep it beside another "
        "share."
    ),
    "asked": "When somebody asks you for it",
    "call": "Call the people who run the site, on a number that you already know. A mail or a message is no proof.",
    "words": (
        "Put this page into a file named share-{n}.txt: type the words below, with or without their numbers, or scan."
    ),
    "together": "Bring it together with one more share and the kit's pages, and type:",
    "after": "When the site is back, the kit is made anew, and you get a new page. Burn this one then.",
    "the_words": "The words",
    "share_square": "This share",
    "share_foot": "Share {n} of {count} of recovery kit {number}, {site}",
}
_FR: Final = {
    "kit": "Kit de secours de {site}",
    "whole": (
        "Qui détient ces deux pages peut lire tout ce que ce site a jamais copié, et parler en son nom. "
        "Gardez-les comme de l’argent : sur papier, en deux endroits, et jamais sur l’hôte du site lui-même."
    ),
    "shared": (
        "Ces deux pages n’ouvrent rien à elles seules : il faut aussi {needed} des {count} pages des "
        "dépositaires, n’importe lesquelles. Donnez-en une copie à chaque dépositaire."
    ),
    "site": "Site",
    "number": "Numéro du kit",
    "made": "Fait le",
    "begin": "Commence par",
    "others": "Autres dépôts",
    "lifeboats": "Pages de secours",
    "trustees": "Dépositaires",
    "gone": "Quand l’hôte a disparu",
    "machine": (
        "Prenez une machine vide avec Python 3.11 ou plus récent, et installez-y Perdure {release} ou plus récent."
    ),
    "file": (
        "Mettez le kit dans un fichier nommé kit.txt : copiez kit.txt depuis l’endroit où il est gardé, ou "
        "scannez les codes ci-dessous dans l’ordre, ou tapez le bloc de la page 2."
    ),
    "combine": (
        "Réunissez {needed} des pages des dépositaires, chacune dans un fichier texte, et assemblez-les. Le kit "
        "entier est alors dans kit.txt."
    ),
    "test": "Voyez si le kit ouvre la copie la plus récente. Cela ne change rien :",
    "type": "Faites revenir le site :",
    "dns": "Dirigez le domaine vers la nouvelle machine, et dites aux membres où aller sur une page de secours.",
    "square": "kit.txt, code {n} sur {count}",
    "typed": "Le kit, à taper",
    "typing": (
        "Tapez-le dans un fichier, avec ou sans espaces et retours à la ligne, en majuscules ou non, première "
        "ligne et étoile finale comprises. Il ne contient aucune lettre I, L, O ou U. Chaque ligne se vérifie "
        "elle-même : perdure dit dans quelle ligne se trouve une faute."
    ),
    "bare": "Sans Perdure",
    "age": (
        "L’objet le plus récent sous config/ dans le dépôt est chiffré avec age (age-encryption.org), et cette "
        "identité l’ouvre :"
    ),
    "root": "La clé racine du site (Ed25519, moitié publique, hexadécimal) signe les hôtes et les débuts de règne :",
    "inside": (
        "Le bloc est du JSON comprimé par zlib, suivi des quatre premiers octets du SHA-256, en base 32 de "
        "Crockford, sans les deux derniers caractères de chaque ligne."
    ),
    "kept": "Gardé et essayé",
    "place": "L’autre exemplaire est gardé à",
    "tested": "Essayé le",
    "foot": "Kit de secours {number} de {site}, page {page} sur {pages}",
    "share": "Part {n} sur {count} : kit de secours de {site}",
    "holder": "Gardée par",
    "rest": "Les autres",
    "trust": (
        "Seule, cette page n’ouvre rien. {needed} des {count} parts, n’importe lesquelles, ouvrent tout ce que le"
        " site a jamais copié. Gardez-la avec vos propres papiers, ne la montrez à personne, et ne la gardez pas "
        "à côté d’une autre part."
    ),
    "asked": "Quand on vous la demande",
    "call": (
        "Appelez les responsables du site, à un numéro que vous connaissez déjà. Un courriel ou un message n’est "
        "pas une preuve."
    ),
    "words": (
        "Mettez cette page dans un fichier nommé share-{n}.txt : tapez les mots ci-dessous, avec ou sans leurs "
        "numéros, ou scannez."
    ),
    "together": "Réunissez-la avec une autre part et les pages du kit, et tapez :",
    "after": "Quand le site est revenu, le kit est refait, et vous recevez une nouvelle page. Brûlez alors celle-ci.",
    "the_words": "Les mots",
    "share_square": "Cette part",
    "share_foot": "Part {n} sur {count} du kit de secours {number}, {site}",
}
LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "fr": _FR}
