"""Threats in many wordings, all made up: held before anybody sees them, or at least brought before a person."""

import time

import pytest

from perdure.signals.rules import matrix, ruleset
from perdure.signals.rules.normalise import views
from perdure.signals.rules.phrases import sentences
from perdure.signals.rules.ruleset import Ruleset, seen_of
from perdure.signals.service.findings import of_hit

RULES = Ruleset(ruleset.read_folders([ruleset.STARTER]))
MATRIX = matrix.parse(matrix.packaged_text())
HELD = """
I will kill you
I'll kill you if you come near my house
I'm gonna shoot you dead
I am going to find you and slit your throat
I'm coming to your house tonight with a gun
We're going to burn down your mosque
you're gonna get shot
Watch your back, @bob, you won't live long
I'm going to beat you to death
I will put a bullet in your head
Someone should put a bullet in his head
somebody please shoot this senator
We will hunt you down and kill you
I swear to god i'll murder you and your kids
I want to kill you
I want to see you hang
You will die, traitor
your family will die
Let's go kill some cops
I've got a gun and I'm going to use it on you
i'll break your neck
I'm going to rape you
I will blow up the school tomorrow
I'm going to shoot up my school on Monday
If I ever see you again you're dead
Next time I see you I'll stab you
gonna k1ll y0u
I'd love to see you dead
You better sleep with one eye open
We're coming for you with rifles
off with their heads, let's behead the president
I'm outside your house. You're dead tonight.
ur dead when i see u
I'm about to kill this guy
Je vais te tuer
Je vais vous buter un par un
On va te retrouver et te crever
je te jure je vais t'égorger
tu vas mourir
je vais te planter à la sortie
je te tuerai
Je vous tuerai tous
Je te bute si je te croise
Il faut le pendre
Il faut tous les exterminer
Quelqu'un devrait lui mettre une balle
Je vais faire sauter la mairie
je vais poser une bombe dans le lycée demain
je sais où tu habites, tu vas payer
Je vais venir chez toi avec un flingue
On va brûler ta maison
on devrait les fusiller
j'espère que tu vas crever
Je vais lui défoncer le crâne
Préparez les armes, on va les massacrer
Si tu reviens je te plante
je vais la violer
qu'on le décapite
I swear I'm going to murder that bitch
I'll be waiting outside your office with a knife
You won't survive the week
We are gonna lynch that judge
If you post that again I will find you and I will kill you
I'm going to make you wish you were never born, then I'll kill you
Get ready to die
I will end you
I'm bringing my AR to work tomorrow and no one leaves alive
Gonna shoot every cop I see
You're a dead man walking
Your house is going up in flames tonight
I'll cut you up into little pieces
I'm going to strangle you with your own tie
We'll drag you out of your house and hang you from a tree
@anna youre getting raped tonight
Je vais te démonter la tête
t'as intérêt à te cacher, je vais te buter
on va t'attendre devant chez toi avec des battes
Je vais tous les massacrer demain au lycée
Cette ordure, il faut la buter
Qu'on lui tranche la gorge
J'ai une arme et je vais m'en servir contre toi
Demain je tire dans le tas
Vous allez tous y passer
Tu vas regretter d'être né, je vais t'éventrer
On va cramer la mosquée ce soir
les journalistes, on va les pendre
j'vais lui planter un couteau dans le ventre
""".strip().splitlines()
SEEN_BY_A_PERSON = """
Hang Mike Samplename
kill all the jews
You deserve to be shot
Time to start shooting politicians
there will be a bomb at the station tomorrow
bomb the parliament
Everyone bring weapons to the capitol on Jan 6
k i l l yourself
They need to be lined up and shot
Line them up against the wall and shoot them
string him up
He needs a bullet
I hope someone kills you
Hope you get hit by a bus
the only good cop is a dead cop
cut off his head
mort aux flics
À mort les traîtres
Venez armés samedi devant le parlement
Va te pendre
suicide-toi
tu mérites la mort
crève sale traître
Tick tock, your time is coming @bob
I know where your kids go to school
He should be dragged out and shot
Somebody take him out
These pedos should be burned alive
Put a bounty on her head
I hope your house burns down with you inside
execute the traitors
Death to all infidels
kill the president
Grab your rifles, we march on parliament tomorrow
On sait où ta fille va à l'école
Il mérite douze balles
bute-le
crève connard
tuez-les tous
""".strip().splitlines()


def action(text: str, trust: matrix.Trust) -> str:
    found = [of_hit(hit).evidence for hit in RULES.hits(seen_of(text))]
    return matrix.strongest([matrix.action_of(MATRIX, one, trust) for one in found])


def test_a_threat_is_held_however_it_is_worded_and_whoever_says_it() -> None:
    assert [text for text in HELD if action(text, "trusted") not in {"hold_review", "auto_hold"}] == []


def test_a_veiled_threat_or_a_call_comes_at_least_before_a_person() -> None:
    assert [text for text in SEEN_BY_A_PERSON if action(text, "new") == "publish"] == []


@pytest.mark.parametrize(
    "frame",
    [
        'He wrote "{}" and was arrested',
        "On m’a écrit « {} » hier",
        "He sent me “{}” last night",
        "Someone sent this to my friend:\n> {}\nPlease report it",
    ],
)
def test_whoever_only_quotes_a_threat_is_not_held(frame: str) -> None:
    quoted = [frame.format(text) for text in HELD]
    assert [text for text in quoted if action(text, "trusted") in {"hold_review", "auto_hold"}] == []


def test_what_an_author_says_is_parted_into_sentences_and_clauses_without_quotations() -> None:
    seen = views('Not true, I said "you lie. really". He left')
    assert [" ".join(part) for part in sentences(seen)] == ["not true i said", "he left", "not true", "i said"]


@pytest.mark.parametrize(
    "text",
    [
        "I will not kill you",
        "I don't think I will kill you",
        "I will find out whether they kill you",
        "I will go now. They kill you with taxes",
        "je ne veux pas te tuer",
        "Je vais savoir s'ils veulent te tuer",
    ],
)
def test_a_denial_another_subject_and_the_end_of_a_sentence_break_a_threat(text: str) -> None:
    assert action(text, "new") not in {"hold_review", "auto_hold"}


@pytest.mark.parametrize(
    "text", ["i will " * 120, "i will kill " * 80, "kill you " * 110, "@a " * 300, ", i will" * 110]
)
def test_no_text_keeps_the_rules_busy(text: str) -> None:
    before = time.process_time()
    list(RULES.hits(seen_of(text)))
    assert time.process_time() - before < 0.25
