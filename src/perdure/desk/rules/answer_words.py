"""The words of receipts and answers, in English and French. A change of their meaning is a new ``TEMPLATE``. Pure."""

from collections.abc import Mapping
from typing import Final

TEMPLATE: Final = 1
_EN: Final[Mapping[str, str]] = {
    "hello": "Hello,",
    "re.receipt": "Your letter has arrived",
    "re.answer": "Answer to your letter",
    "re.interim": "Interim answer to your letter",
    "re.correction": "Correction of our answer",
    "re.supplement": "Supplement to our answer",
    "re.extension": "We ask for more time",
    "drill": "This is an exercise of {site}. Nothing of it concerns you.",
    "numbers": "Our reference: {ours}. Please keep it in the subject when you write again.",
    "theirs": "Your reference: {theirs}.",
    "receipt": "your letter reached {site} on {at}. It is being worked on.",
    "receipt.unread": "It is still being read; what it names follows with the answer.",
    "receipt.items": "What we understood: {what}.",
    "receipt.nothing": "No address, number or name was understood in it: a person reads it.",
    "receipt.faults.one": "One passage was not understood: a person reads it.",
    "receipt.faults": "{n} passages were not understood: a person reads them.",
    "receipt.held.one": "One item was hidden at once, until a person has decided.",
    "receipt.held": "{n} items were hidden at once, until a person has decided.",
    "receipt.deadline": "You have our answer by {at} at the latest.",
    "receipt.status": "How far it is stands here, without an account:\n{link}",
    "receipt.hash": "The bytes that we received have the SHA-256 {hash}.",
    "point.url": "addresses: {n}",
    "point.id": "numbers: {n}",
    "point.account": "accounts: {n}",
    "point.phrase": "quoted phrases: {n}",
    "point.screenshot": "pictures, which a person looks at: {n}",
    "point.none": "passages without an address, which a person looks at: {n}",
    "answer": "this is the answer of {site} to your letter of {at}.",
    "interim": "this is an interim answer of {site} to your letter of {at}: what is decided so far, and what is not.",
    "correction": "this corrects our answer no. {before} to your letter of {at}. What changed: {changed}.",
    "supplement": "this supplements our answer no. {before} to your letter of {at}.",
    "head.short": "IN SHORT",
    "head.items": "ITEM BY ITEM",
    "head.again": "HOW IT IS KEPT FROM COMING BACK",
    "head.files": "FILES",
    "short.items": "Items: {n}.",
    "short.pending": "Still open: {n}. They are named below; the final answer follows.",
    "short.first": "First measure: {at}.",
    "short.last": "Last decision: {at}.",
    "short.met": "Your deadline of {due} was kept: everything was decided by {met}.",
    "short.late": "Your deadline of {due} was missed: everything was decided by {met}. We are sorry.",
    "short.running": "Your deadline is {due}.",
    "short.over": "Your deadline of {due} has passed with items open. We are sorry; they are named below.",
    "count.actioned": "removed or restricted: {n}",
    "count.already_actioned": "dealt with before your letter came: {n}",
    "count.no_violation": "looked at and left in place: {n}",
    "count.not_found": "nothing there: {n}",
    "count.deleted_by_author": "deleted by the author before: {n}",
    "count.not_ours": "on another site: {n}",
    "count.duplicate_of": "named twice: {n}",
    "count.unreadable_needs_info": "not readable, please say what is meant: {n}",
    "count.pending": "still open: {n}",
    "item": "{number}. {claim}",
    "item.theirs": "Your number: {reference}.",
    "item.before": "When your letter came it was {state}.",
    "state.visible": "visible to everybody",
    "state.edited": "visible to everybody, and edited since your letter was written",
    "state.limited": "visible, with a limited reach",
    "state.held": "hidden, waiting for a person",
    "state.hidden": "hidden from everybody",
    "state.deleted": "deleted",
    "outcome.actioned": "Decided on {at}: {what}.",
    "outcome.already_actioned": "It had been dealt with before your letter came{what}.",
    "outcome.no_violation": "Decided on {at}: it breaks neither the law nor the rules of {site}, and stays.",
    "outcome.not_found": "There is nothing at this address.",
    "outcome.deleted_by_author": "Its author had deleted it before your letter came.",
    "outcome.not_ours": "This address belongs to another site.",
    "outcome.duplicate_of": "The same as item {other}: what is said there holds here too.",
    "outcome.duplicate_of.earlier": "The same as an item of an earlier letter of yours, which was answered there.",
    "outcome.taken_back": "Decided on {at}, and taken back since: it is in place again.",
    "outcome.unreadable_needs_info": "It could not be read. Please send the address, or the text that you mean.",
    "outcome.pending": "Not decided yet.",
    "outcome.pending.held": "Hidden since {at}, until a person has decided.",
    "by.not": "by a person",
    "by.partially": "by a person, after a program",
    "by.fully": "by a program alone",
    "rule": "Rule: {title} ({key}, version {number}).",
    "proof": "Decision {decision}; evidence SHA-256 {evidence}.",
    "evidence": "Evidence SHA-256 {evidence}.",
    "copies": "Copies found elsewhere: {held} hidden, {queued} before a person.",
    "rest": "Items {first} to {last} stand in outcome.csv and outcome.json.",
    "act.hold": "hidden until a person decides",
    "act.hide": "hidden from everybody",
    "act.limit": "not recommended any more, no answers, no echoes",
    "act.sensitive": "behind a warning",
    "act.label": "labelled",
    "act.warn": "its author was warned",
    "act.account_sensitive": "all media of the account behind a warning",
    "act.account_label": "the account is labelled",
    "act.account_freeze": "the account is frozen",
    "act.account_limit": "the account is not recommended any more",
    "act.account_suspend": "the account is suspended",
    "act.account_ban": "the account is closed",
    "act.trend_block": "kept out of the trends",
    "until": " until {at}",
    "again.entries": (
        "Since {since}, the fingerprints of the texts, files and links that were removed for your letter ({n}) "
        "are compared with every new post and every profile that changes."
    ),
    "again.search": (
        "A search for copies that were there already is done (candidates compared: {compared}; copies hidden: "
        "{held}; put before a person: {queued})."
    ),
    "again.search.running": (
        "A search for copies that were there already is running (parts done: {finished} of {searches}; so far "
        "copies hidden: {held}; put before a person: {queued})."
    ),
    "again.later": "Copies posted again since then: {later}; of them hidden: {held}.",
    "again.later.none": "Since then nobody has posted a copy again.",
    "again.rules": "Automatic rules of this site that watch every post for what your letter is about: {n}.",
    "again.classifier": (
        "In addition the model {name} reads every new post, and what it finds is hidden or put before a person."
    ),
    "again.nothing": (
        "Nothing was removed for this letter, so there is nothing of it that copies could be recognised by."
    ),
    "files": (
        "outcome.json and outcome.csv say the same as this answer for programs ({format}). The proof pack "
        "holds them with the entries of our tamper-evident ledger. To check it, unpack it and run, with Python "
        "and nothing else:\n\n    python3 -I -S verify.py"
    ),
    "files.link": "The proof pack is too big for a mail. It is here, for whoever has this link:\n{link}",
    "redress": (
        "If you do not agree with a decision, answer this mail within six months; somebody else will look. You "
        "may also turn to an out-of-court dispute body or to a court."
    ),
    "extension.done": "Of {n} items {done} are decided. Still open: {open}.",
    "extension.held.one": "One of these is hidden from everybody until it is decided.",
    "extension.held": "{n} of these are hidden from everybody until they are decided.",
    "extension": "your letter of {at} has a deadline on {due}.",
    "extension.ask": (
        "Please give us until {until} for the rest. You have what is decided, with its proof, whenever you ask "
        "for it. If we hear nothing from you, your deadline stands."
    ),
    "extension.why": "Why: {why}",
    "bye": "The notice desk of {site}",
}
_FR: Final[Mapping[str, str]] = {
    "hello": "Bonjour,",
    "re.receipt": "Votre courrier est arrivé",
    "re.answer": "Réponse à votre courrier",
    "re.interim": "Réponse provisoire à votre courrier",
    "re.correction": "Correction de notre réponse",
    "re.supplement": "Complément à notre réponse",
    "re.extension": "Nous demandons un délai",
    "drill": "Ceci est un exercice de {site}. Rien ici ne vous concerne.",
    "numbers": "Notre référence : {ours}. Merci de la garder dans l’objet si vous nous écrivez de nouveau.",
    "theirs": "Votre référence : {theirs}.",
    "receipt": "votre courrier est parvenu à {site} le {at}. Nous y travaillons.",
    "receipt.unread": "Sa lecture est en cours ; ce qu’il désigne suivra avec la réponse.",
    "receipt.items": "Ce que nous avons compris : {what}.",
    "receipt.nothing": "Aucune adresse, aucun numéro et aucun nom n’a été compris : une personne le lit.",
    "receipt.faults.one": "Un passage n’a pas été compris : une personne le lit.",
    "receipt.faults": "{n} passages n’ont pas été compris : une personne les lit.",
    "receipt.held.one": "Un élément a été masqué aussitôt, jusqu’à ce qu’une personne décide.",
    "receipt.held": "{n} éléments ont été masqués aussitôt, jusqu’à ce qu’une personne décide.",
    "receipt.deadline": "Notre réponse vous parviendra le {at} au plus tard.",
    "receipt.status": "L’avancement se lit ici, sans compte :\n{link}",
    "receipt.hash": "Les octets reçus ont pour SHA-256 {hash}.",
    "point.url": "adresses : {n}",
    "point.id": "numéros : {n}",
    "point.account": "comptes : {n}",
    "point.phrase": "phrases citées : {n}",
    "point.screenshot": "images, qu’une personne regarde : {n}",
    "point.none": "passages sans adresse, qu’une personne lit : {n}",
    "answer": "voici la réponse de {site} à votre courrier du {at}.",
    "interim": (
        "voici une réponse provisoire de {site} à votre courrier du {at} : ce qui est décidé, et ce qui ne "
        "l’est pas encore."
    ),
    "correction": "ceci corrige notre réponse n° {before} à votre courrier du {at}. Ce qui change : {changed}.",
    "supplement": "ceci complète notre réponse n° {before} à votre courrier du {at}.",
    "head.short": "EN BREF",
    "head.items": "ÉLÉMENT PAR ÉLÉMENT",
    "head.again": "CE QUI EMPÊCHE LE RETOUR",
    "head.files": "FICHIERS",
    "short.items": "Éléments : {n}.",
    "short.pending": "Encore ouverts : {n}. Ils sont nommés plus bas ; la réponse définitive suivra.",
    "short.first": "Première mesure : {at}.",
    "short.last": "Dernière décision : {at}.",
    "short.met": "Votre échéance du {due} a été tenue : tout était décidé le {met}.",
    "short.late": (
        "Votre échéance du {due} a été dépassée : tout était décidé le {met}. Nous vous prions de nous excuser."
    ),
    "short.running": "Votre échéance est le {due}.",
    "short.over": (
        "Votre échéance du {due} est passée et des éléments restent ouverts. Nous vous prions de nous excuser "
        "; ils sont nommés plus bas."
    ),
    "count.actioned": "retirés ou restreints : {n}",
    "count.already_actioned": "traités avant votre courrier : {n}",
    "count.no_violation": "examinés et laissés en place : {n}",
    "count.not_found": "rien à cette adresse : {n}",
    "count.deleted_by_author": "supprimés auparavant par leur auteur : {n}",
    "count.not_ours": "sur un autre site : {n}",
    "count.duplicate_of": "nommés deux fois : {n}",
    "count.unreadable_needs_info": "illisibles, merci de préciser : {n}",
    "count.pending": "encore ouverts : {n}",
    "item": "{number}. {claim}",
    "item.theirs": "Votre numéro : {reference}.",
    "item.before": "À l’arrivée de votre courrier : {state}.",
    "state.visible": "visible par tout le monde",
    "state.edited": "visible par tout le monde, et modifié depuis la rédaction de votre courrier",
    "state.limited": "visible, avec une portée réduite",
    "state.held": "masqué, en attente d’une personne",
    "state.hidden": "masqué pour tout le monde",
    "state.deleted": "supprimé",
    "outcome.actioned": "Décidé le {at} : {what}.",
    "outcome.already_actioned": "Cela avait été traité avant votre courrier{what}.",
    "outcome.no_violation": "Décidé le {at} : cela n’enfreint ni la loi ni les règles de {site}, et reste en place.",
    "outcome.not_found": "Il n’y a rien à cette adresse.",
    "outcome.deleted_by_author": "Son auteur l’avait supprimé avant votre courrier.",
    "outcome.not_ours": "Cette adresse appartient à un autre site.",
    "outcome.duplicate_of": "Identique à l’élément {other} : ce qui y est dit vaut aussi ici.",
    "outcome.duplicate_of.earlier": "Identique à un élément d’un courrier antérieur de votre part, traité là.",
    "outcome.taken_back": "Décidé le {at}, puis annulé : cela est de nouveau en place.",
    "outcome.unreadable_needs_info": "Cela n’a pas pu être lu. Merci d’envoyer l’adresse ou le texte en question.",
    "outcome.pending": "Pas encore décidé.",
    "outcome.pending.held": "Masqué depuis le {at}, jusqu’à ce qu’une personne décide.",
    "by.not": "par une personne",
    "by.partially": "par une personne, après un programme",
    "by.fully": "par un programme seul",
    "rule": "Règle : {title} ({key}, version {number}).",
    "proof": "Décision {decision} ; preuve SHA-256 {evidence}.",
    "evidence": "Preuve SHA-256 {evidence}.",
    "copies": "Copies trouvées ailleurs : {held} masquées, {queued} devant une personne.",
    "rest": "Les éléments {first} à {last} figurent dans outcome.csv et outcome.json.",
    "act.hold": "masqué jusqu’à ce qu’une personne décide",
    "act.hide": "masqué pour tout le monde",
    "act.limit": "n’est plus recommandé, sans réponses ni partages",
    "act.sensitive": "derrière un avertissement",
    "act.label": "étiqueté",
    "act.warn": "son auteur a été averti",
    "act.account_sensitive": "tous les médias du compte derrière un avertissement",
    "act.account_label": "le compte est étiqueté",
    "act.account_freeze": "le compte est gelé",
    "act.account_limit": "le compte n’est plus recommandé",
    "act.account_suspend": "le compte est suspendu",
    "act.account_ban": "le compte est fermé",
    "act.trend_block": "tenu hors des tendances",
    "until": " jusqu’au {at}",
    "again.entries": (
        "Depuis le {since}, les empreintes des textes, fichiers et liens retirés pour votre courrier ({n}) "
        "sont comparées à chaque nouvelle publication et à chaque profil modifié."
    ),
    "again.search": (
        "Une recherche des copies déjà présentes est terminée (candidats comparés : {compared} ; copies "
        "masquées : {held} ; soumises à une personne : {queued})."
    ),
    "again.search.running": (
        "Une recherche des copies déjà présentes est en cours (parties faites : {finished} sur {searches} ; "
        "jusqu’ici copies masquées : {held} ; soumises à une personne : {queued})."
    ),
    "again.later": "Copies publiées de nouveau depuis : {later} ; dont masquées : {held}.",
    "again.later.none": "Depuis, personne n’a publié de copie.",
    "again.rules": (
        "Règles automatiques de ce site qui guettent dans chaque publication ce dont parle votre courrier : {n}."
    ),
    "again.classifier": (
        "De plus, le modèle {name} lit chaque nouvelle publication, et ce qu’il trouve est masqué ou soumis à "
        "une personne."
    ),
    "again.nothing": (
        "Rien n’a été retiré pour ce courrier : il n’y a donc rien dont on pourrait reconnaître des copies."
    ),
    "files": (
        "outcome.json et outcome.csv disent la même chose que cette réponse, pour les programmes ({format}). "
        "Le dossier de preuve les contient, avec les entrées de notre registre infalsifiable. Pour le "
        "vérifier, décompressez-le et lancez, avec Python et rien d’autre :\n\n    python3 -I -S verify.py"
    ),
    "files.link": (
        "Le dossier de preuve est trop lourd pour un courriel. Il est ici, pour qui possède ce lien :\n{link}"
    ),
    "redress": (
        "Si vous n’êtes pas d’accord avec une décision, répondez à ce courriel dans les six mois ; une autre "
        "personne examinera. Vous pouvez aussi saisir un organe de règlement extrajudiciaire ou un tribunal."
    ),
    "extension.done": "Sur {n} éléments, {done} sont décidés. Encore ouverts : {open}.",
    "extension.held.one": "L’un d’eux est masqué pour tout le monde jusqu’à la décision.",
    "extension.held": "{n} d’entre eux sont masqués pour tout le monde jusqu’à la décision.",
    "extension": "votre courrier du {at} a une échéance le {due}.",
    "extension.ask": (
        "Merci de nous laisser jusqu’au {until} pour le reste. Ce qui est décidé vous est envoyé, avec ses "
        "preuves, dès que vous le demandez. Sans réponse de votre part, votre échéance reste valable."
    ),
    "extension.why": "Pourquoi : {why}",
    "bye": "Le bureau des signalements de {site}",
}


def words(locale: str) -> Mapping[str, str]:
    """The words of a language, English where there is no other."""
    return _FR if locale.lower().startswith("fr") else _EN
