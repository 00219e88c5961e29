"""Words that are no names: by them the threat pattern tells "hang gliding" from "hang" and somebody.

Common English and French words, with what follows verbs of harm in sports, games, films, songs, cookery and news. A
word is also known by its plain endings. Names of people are left out on purpose; words that are given names as well
stand in ``ALSO_NAMES`` and are names where a further unknown word follows.
"""

import re
from functools import lru_cache
from typing import Final

_FUNCTION: Final = """
a an the and or but nor so yet if then else than as at by for from in into of off on onto out over to up down with
without within about above across after against along among around before behind below beneath beside between beyond
during except inside like near outside past since through throughout toward towards under until upon via per not no
yes never ever always often again once twice here there where when why how what which who whom whose this that these
those i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours
ourselves they them their theirs themselves one ones someone somebody something anyone anybody anything everyone
everybody everything nobody nothing none all both each every few many more most much other others another some any
such own same very too just only even still also quite rather almost enough really maybe perhaps is am are was were be
been being do does did done doing have has had having can could may might must shall should will would need dare ought
let lets go goes going gone went get gets got getting gonna gotta wanna please now soon later today tonight tomorrow
yesterday day days week weeks month months year years time times hour hours minute minutes second seconds morning
evening night nights afternoon monday tuesday wednesday thursday friday saturday sunday january february march april
june july august september october november december spring winter because while whether though although unless till
whatever whenever wherever whoever however ain isn don won wouldn shouldn couldn cannot doesn didn wasn le la les un
une des de du au aux et ou mais donc car ni que qui quoi dont ou quand comment pourquoi combien je tu il elle on nous
vous ils elles me te se lui leur leurs mon ma mes ton ta tes son sa ses notre nos votre vos ce cet cette ces ca cela
ici la y en dans sur sous avec sans pour par contre entre vers chez avant apres depuis pendant plus moins tres trop
bien mal oui non ne pas jamais toujours encore deja aussi alors ainsi si comme tout tous toute toutes rien personne
quelque chaque autre autres meme est sont suis es sommes etes etait sera fait faire faut doit doivent peut peuvent va
vont aller allez allons aujourd hui demain hier jour jours semaine mois an ans annee temps heure soir matin nuit lundi
mardi mercredi jeudi vendredi samedi dimanche
"""
_COMMON: Final = """
ability account act action actor adventure advice afterlife age agency agenda agreement air airport alarm album alert
alien ambition amendment analysis angel animal anniversary answer ant anthem apartment app appeal apple apocalypse
appetite archive arena argument arm arms army arrow art article artist ash assembly asset assignment asteroid attack
attempt attic audience audio author autumn award baby back background bacon bacteria bad bag ball ballad balloon
ballot band bandit bank banner bar bargain barn barrel base baseball basket basketball bass bat bath battery battle
beach beam bear beast beat beauty bed bedtime bee beer beetle beginner beginning belief bell belt best bet better bias
bicycle big bike bingo bird birthday bit bite bitter black blade blanket blast blaze blessing blind block blog blood
bloom blossom blue board boat body bomb bone bonus book boom boot border boredom boss bot bottle bottom boundary bow
bowl box boy brain branch brand brave bread break breakfast breath breeze brick bride bridge brief bright broadcast
brother brown brunch brush bubble bucket buddy budget bug build building bull bullet bully bus bush business butter
butterfly button buzz cabin cabinet cable cactus cafe cage cake calendar call calm camera camp campaign camping
candidate candle candy cap capital captain car carbon card cardio care career cargo carnival carpet carrot cart case
cash castle cat cave ceiling celebration cell center centre century ceremony chain chair challenge champion
championship chance change channel chaos chapter character charge charity chart chat cheap cheese chef chicken child
children chill chimes chip chocolate choice choir chorus christmas church cigarette cinema circle circuit circus city
civil clan class classic clean climate climb clip clock close closet clothes cloud clown club clue coach coal coast
coat cobra code coffee coin cold collection college colony color colour comedy comet comfort comic comment committee
community company competition complaint computer concept concert conference confidence confirmation conflict congress
console contact contest context contract control conversation cook cookie cool copper copy core corn corner corona
corporation cost costume cotton couch council count country county couple courage course court cover cow craft crash
crazy cream creation creativity creature credit crew cricket crime crisis critic crop cross crowd crown cruise crypto
crystal cube culture cup curfew cure curiosity currency current curse curtain curve cut cycle cyclone dad daily damage
dance danger dark darkness darlings dash data dating dawn daylight dead deal dealer dear death debate debt decade
december decision deck decoration deep deer defence defense degree delay delete delight demand democracy demon
department depression desert design desire desk dessert destiny detail detective devil dial diamond diary dice diet
difference dinner dinosaur direction director dirt discussion disease dish disk disney display distance district
diversity division dj doctor document dog doll dollar dolphin dome door double doubt downtown draft dragon drama draw
drawing dream dress drill drink drive driver drone drop drought drug drum dry duck duel dude dungeon dust duty eagle
ear early earth east easter easy echo economy edge edition education effect effort egg ego election electric element
elephant elevator elite email emergency emotion emperor empire employee end ending endless enemy energy engage engine
english episode equality era error escape essay eternity ethics evening event evidence evil evolution exam example
excuse exhibition exit expert explorer express extra eye fabric face fact factory fail failure fair fairy faith fake
fall fame family fan fantasy farewell farm farmer fascism fashion fast fat father fault fear feast feature fee
feedback feel feeling fence ferry festival fever fiction field fight figure file film final finals finance finger
finish fire firework first fish fishing fitness fix flag flame flash flavor flea flesh flight float floor flower flu
flute fly focus fog folk food fool foot football force forecast foreign forest forever fork form formula fortune forum
forward foundation fountain fox frame free freedom freeze fresh friend friendship frog front frost fruit fuel fun
function fund funeral funk funny future gala galaxy gallery game games gaming gang gap garage garden garlic gas gate
gathering gear gem general generation genius genre german ghost giant gift gig girl glacier gladiator glass glider
gliding global globe glory glove glow goal goat god gold golden golf good goods gospel gossip government grade grain
grammar grand granny grass gravity gray great green grey grid grill grip grocery ground group growth guard guest guide
guilt guitar gulf gun guts guy gym habit hair half hall halloween hammer hand hands handle happiness happy harbor hard
harmony harvest hat hate haters hawk head headache headline health heart heat heaven heavy hedge height hell helmet
help heresy heritage hero hiccups high highway hiking hill hippie history hit hobby hockey hold hole holiday hollywood
home homework honest honey honor hood hook hope horizon horn horror horse hospital host hot hotel house housing hug
human humor humour hundred hunger hunt hurricane hype ice icon idea ideal identity idol illusion image imagination
immigration impact importance income index indie indoor industry infection inflation influence info information ink
innocence innovation input insect insight inspiration instagram instinct insurance interest international internet
interview invasion investment invisible iron island issue italian item jacket jam jazz jealousy jeans jelly jet jewel
job jogging joke journal journey joy judge juice jump jungle junior jury justice keep kettle key keyboard kick kid
kindness king kingdom kiss kitchen kite knee knife knight knot know knowledge lab label labor labour lady lake lamp
land landscape lane language lap laptop large laser last late latin laugh laughter laundry law lawn lawyer lazy lead
leader leaf league learning leather leave lecture left leg legacy legend lemon lesson letter level liberty library
license lie life lifestyle light lightning lights limit line link lion lip list listen literature little live load
loan lobby local lock log logic london loneliness long look loop loose lord loss lottery loud lounge love low loyalty
luck lunch lung luxury lyrics machine mafia magazine magic mail main majority makeup mall mama man management manager
mandate mango mankind map maple marathon marathons march margin marine market marketing marriage marvel mask mass
massive master match mate material math matter maximum meal meaning measure meat mechanic medal media medicine
meditation meeting melody member meme memory men menu merch mercy mess message messenger metal meteor method metro
microphone middle midnight might mile milk mill million mind mindset mine mini minimum minority minute miracle mirror
mission mistake mix mob mobile mockingbird mode model modern moment monarchy money monkey monster mood moon moonlight
moral mosquito moss moth mother motion motivation motor mountain mouse mouth move movement movie mud multi mummy
murder muscle museum mushroom music musical mustard mystery myth nail name nap nation national native nature navy neck
neighbor neighbour neon nerd nest net network new news newsletter newspaper nice niche night nightmare noise nonsense
noon norm normal north nose note notice novel number nurse nut oak oath object objective obsession occasion ocean
octopus offer office officer oil old olive olympic olympics online open opera opinion opportunity option orange orbit
order orders organ origin original outbreak outfit outlaw output oven owl owner oxygen ozone pace pacific pack package
page pain paint painting pair palace pancake pandemic panel panic paper parade paradise parent parents park parking
parliament part partner party pass passion password past pasta paste patch path patience patient pattern pause pay
peace peak pearl pen pencil penguin people pepper percent performance perfume period permit person personality pest
pet phase phone photo photograph photography phrase piano pick picnic picture pie piece pig pilot pin pink pioneer
pipe pirate pistol pitch pizza place plague plan plane planet plant plastic plate platform play player playlist
pleasure plot plug plus pocket podcast poem poet poetry point poison poker police policy politics poll pollution pony
pool pop popcorn population porch port portrait position post poster pot potato potential pottery poverty powder power
practice praise prayer premiere premium present pressure price pride prince princess print priority prison privacy
private prize problem process product profile profit program progress project promise promotion proof property
prophecy proposal protein protest proud psycho public pudding pump pumpkin punch punk puppet puppy purple purpose
puzzle pyramid quality quarantine queen quest question queue quick quiet quilt quiz rabbit race racing racism radar
radio rage rail railway rain rainbow rally random range rank rapid rare rat rating reaction reader reading reality
reason rebel receipt recipe record recovery recycling red reform refugee regime region regret rehearsal release relief
religion remix rent report reporter republic rescue research resistance resort resource respect rest restaurant result
retreat return reunion revenge review revolution reward rhythm rice ride riff right rights ring riot rise risk ritual
river road roast robot rock rocket role roll romance roof room rooster root rope rose rough round route routine row
royal rubber ruby rugby rule rumor run rush sabbath sack sacrifice sad safety sail saint salad salary sale salmon
salon salt sand sandwich satellite sauce sausage save saving scandal scene schedule scheme school science score scout
scream screen script sculpture sea seal search season seat secret section sector security seed self senate sense
sequel series serpent server service session set setting sex shadow shame shape share shark sharp sheep shelf shelter
shift ship shirt shock shoe shop shopping short shot shots shoulder shout shovel show shower shrimp sick side siege
sight sign signal silence silent silk silver simple sin singer single sister site size skate skating ski skiing skill
skin skull sky slam slang slave sleep slice slow small smart smell smile smoke smoking snack snake snow snowboard soap
soccer social society sock sofa soft soil solar soldier solo solution song soul sound soup source south space spam
spark speak special species speech speed spell spider spirit splash sponge sport spot spotlight spread spy squad
square squirrel stadium staff stage stairs stamp stand standard star start startup state statement station statistics
statue status steak steam steel step stereo stock stomach stone stop storage store storm story straight strange
stranger strategy stream street strength stress strike string strip strong structure struggle studio study stuff
stupid style subject submarine suburb success sugar suit suitcase summer summit sun sunlight sunrise sunset super
support surf surface surfing surprise survey survival sushi sweater sweet swim swimming swing switch sword symbol
symphony syndrome system table taco tail tale talent talk tank tape target task taste tattoo tax taxes tea teacher
team tear tears tech technology teen teeth temple temptation ten tennis tension tent terror test text thanks
thanksgiving theater theatre theme theory therapist therapy thing think thought thousand thread threat three thriller
throat throne thumb thunder ticket tide tiger tight time tip tired toast toilet tomato tone tongue tool tooth top
topic tornado total touch tough tour tourism tournament towel tower town toxic toy track trade tradition traffic trail
trailer train trainer training transfer transit translation transport trap trash travel treasure treat tree trend
trial tribe tribute trick trip trophy trouble truck true trumpet trunk trust truth tube tune tunnel turkey turn
tutorial twin twist two type ugly ultimate umbrella uncle uniform union unique unit unity universe university update
upgrade uprising urban vacation vaccine valley value vampire van vault vegan vegetable vehicle velvet vendetta venue
verse version veteran vibe vibes video view village villain vinyl violence violin virus vision visit voice volcano
volume volunteer vote wagon waiting walk walker wall wallet wanted war warehouse warning warrior wash wasp waste watch
water waterfall wave way weak wealth weapon weather web wedding weed weekend weight weird welcome west wet whale wheel
whiskey whisper whistle white wick wild wildlife win wind window wine wing winner winter wire wisdom wish witch wizard
wolf woman women wonder wood wool word work worker workout workshop world worm worry worth wrap wrestling wrist writer
writing wrong yard yarn yellow yoga young youth zen zero zombie zone zoo covid twitter facebook google youtube tiktok
netflix amazon nasa nfl nba fifa uefa europe america american african asian french british canada china japan france
germany italy spain russia ukraine india iran pill pills rire tie ties sauter saut lifting jumping skipping walking
running cooking baking dancing singing watching sewing knitting climbing cycling sailing rowing fencing riding
roasting grilling brewing tasting fest expo con week day official lyric compilation memes vol finale masters fans wide
association federation made annual monthly trousses corde planning plans seasons sales debates rates rate pigeon taxe
bureau budgetaire ancienne musicale apps tips tricks hack hacks lessons advanced kids adult adults dogs cats pets
foxes wolves bears birds bees whales sharks snakes spiders rats mice thrill thrills crow crows wrote written write
mortgage mortgages sloopy deux mieux eux cheveux jeux yeux feux lieux vieux heureux dangereux animaux journaux
"""
# What goes together with verbs of harm and means none: sports, games, songs, films, idioms, places.
_HARMLESS: Final = """
hangout hangouts hangover hangovers hangar hangars hanger hangers hangman hangry hangul hangzhou hangtime hangups
hangboard hanging seng gliding gliders glider tuah ten loose tight tough drum pan massive killer killers killjoy
killjoys killarney killington killeen killaloe killa killzone killswitch killstreak killcam killscreen killshot
killdeer overkill roadkill painkiller buzzkill serial shootout shootouts shooter shooters shooting shootings
photoshoot photoshoots troubleshoot offshoot bamboo shoots murderer murderers murderino murderinos murderbot murderous
whodunit inc orient mysteries hitman hitmen assassin assassins creed executive executives executor execution
executable stabilo stabile stability lynchburg lynchpin moonshoot huntsman slaughterhouse five poisonous poisoning ivy
toad nightshade massacre chainsaw texas strangler boston rapeseed guillotine gutter guts gutsy butchery butcher burger
butchers drowning pool crucifixion impaler vlad smotherly smothered chicks noobs newbs nits lice weeds germs spiders
mosquitoes mosquitos bugs calories carbs fat stains odors boredom vibe buzz mood switch switches bill bills act cpac
caa lights engine engines ability joke jester eve la phone email mockingbird messenger darlings kindness streak ratio
order orders sixty plan plans command commands code script query orders66 hoops basket baskets threes film raw video
videos portrait portraits selfie selfies moon stars goal goals penalty penalties clays clay skeet targets pool craps
dice ducks arrows breeze vlog vlogs content jpeg mirrorless canon nikon sony fuji kodak leica analog analogue
pendentif pendule pendulum pendant pendants tuerie tueries tueur tueurs tuerai temps mouche mouches moustique
moustiques ennui abattage abattoir abattement tuba tubes moulin arbre arbres arbuste cremaillere cles linge rideau
rideaux serie projet reforme loi
"""
_ALSO_NAMES: Final = """
april art august aurore autumn bill black blanche bob brown buck chase chuck claire clement cliff constant daisy dawn
dean dick drew drum earl eve faith frank gene grace grant gray green grey guy hope ivy jack jay jean jerry joy june
king lance lily marine mark max may mercy miles nick olive pat penny pierce pierre ray rich rob robin rose ruby rusty
sandy skip star stone sue summer sunny tony victor violet wade ward white will wood young
"""
# Words after which no name of a person follows directly.
_ARTICLES: Final = """
the a an my your his her our their its some any every each no le la les un une des mon ma mes ton ta tes son sa ses
notre nos votre vos leur leurs du de
"""
ALSO_NAMES: Final = frozenset(_ALSO_NAMES.split())
ARTICLES: Final = frozenset(_ARTICLES.split())
_NUMBER: Final = re.compile(r"[0-9]+(?:st|nd|rd|th|k|s|am|pm|x|d|h|e|er|eme)?\Z")
_WORDS: Final = frozenset(f"{_FUNCTION} {_COMMON} {_HARMLESS}".split())
_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "less", "ful", "ness", "ment")
_ABSTRACT: Final = """
tion tions sion sions ness ment ments ity ities ism isms ology able ible ously fully ically ography ographic ization
ising izing ifying ation ations ware proof eur eurs euse euses ique iques isme istes
"""
_LONG_ENDINGS: Final = tuple(_ABSTRACT.split())


@lru_cache(maxsize=1 << 14)
def is_word(folded: str) -> bool:
    """Whether a folded word is a common one, plain endings included. One or two letters name nobody."""
    if _NUMBER.match(folded):
        return True
    bare = folded.rstrip("0123456789")
    if any(map(str.isdigit, bare)) or len(bare) < min(3, len(folded)):
        return False  # letters that digits stand among for
    return len(bare) < 3 or bare in _WORDS or _derived(bare)


def is_listed(folded: str) -> bool:
    """Whether a folded word stands in the lists itself, without endings."""
    return folded in _WORDS


def _derived(folded: str) -> bool:
    if any(folded.endswith(ending) and _stem(folded.removesuffix(ending)) for ending in _ENDINGS):
        return True
    return len(folded) > 7 and folded.endswith(_LONG_ENDINGS)


def _stem(text: str) -> bool:
    """A word, a word that lost its last e, or one that doubled its last letter."""
    if len(text) < 3:
        return False
    return text in _WORDS or f"{text}e" in _WORDS or (text[-1] == text[-2] and text[:-1] in _WORDS)
