"""Which given names are short for one another. A line is one family of names; a name may stand on several lines. Pure."""

from __future__ import annotations

# English, Spanish, and what is usual in Seattle's other languages. Folded: no accents, no case (people.rules.fold).
_FAMILIES = """
abigail abby gail
abdirahman abdi
abraham abe bram ibrahim
alejandra ale sandra alex
alejandro ale alex jandro
alexander alex al sasha xander lex
alexandra alex sandra sandy sasha lexi
alfredo fredo freddy alfie
andrew andy drew
angela angie
anthony tony antonio antonino toni
barbara barb barbie babs
benjamin ben benny benji
beatriz bea betty beatrice
bradley brad
caroline carrie carol
catherine katherine kathryn cathy kathy kate katie kat kitty cat kay katharine
charles charlie chuck chaz carlos carlitos
christina chris tina christine chrissy cristina
christopher chris topher kit cristobal
concepcion concha conchita
cynthia cindy
daniel dan danny dani
david dave davey
deborah deb debbie debora debra
dolores lola
donald don donnie
dorothy dot dottie dolly
douglas doug
edward ed eddie ted ned eduardo lalo
elizabeth liz lizzie beth betsy betty eliza libby elisabeth lisa
emanuel manuel manny manolo
emily em emmy
ernesto neto ernie ernest
eugene gene
fatima fatuma fatu fatoumata
federico fede fred
fernando nando fer
florence flo
frances fran francie
francis frank
francisca paca paquita cisca
francisco paco pancho frank cisco curro
franklin frank
frederick fred freddie rick
gabriel gabe gabi
gabriela gabi gabby gaby
george jorge
gerald gerry jerry
gerard gerry
gilberto beto gil
graciela chela grace
gregory greg
guadalupe lupe lupita
guillermo memo guille william
harold harry hal
harriet hattie
henry harry hank enrique quique
herbert herb bert
hodan hoda
ignacio nacho
isabel isa bella chabela isabella
isaiah ike zay
jacob jake jacobo
jacqueline jackie
james jim jimmy jamie
jamal jam
jane janie
janet jan
jeffrey jeff geoffrey geoff
jennifer jen jenny jenn
jessica jess jessie
jesus chuy chucho
joanna jo joanne
john johnny jack jon juan
jonathan jon jonny nathan
jose pepe chepe joe
josefina josie fina josephine jo pepa chepina
joseph joe joey jose
joshua josh
juan juanito
judith judy
julia julie
kenneth ken kenny
kimberly kim
larry lawrence laurence lorenzo
laura laurie
leonard leo len lenny leonardo
leticia lety
lillian lily lil
louis lou louie luis
lourdes lulu
lucia lucy luz lucille
luis lucho
luisa louise lulu
madeline maddie madeleine
malik mal
manuel manny manolo
manuela manoli
marcus marc mark marcos
margaret maggie meg peggy marge margie greta rita daisy maggie margarita margo
maria mary marie mariah mari
maricela mari chela
marisol mari sol
martha marty marta
martin marty
mary molly polly may
matilda tilly mattie
matthew matt matty mateo
megan meg
mercedes meche merche
michael mike mickey mick miguel mikey
mohamed mohammed muhammad mohammad mo moe maxamed mohamud
nancy nan
natalie nat
natasha tasha nat
nathaniel nathan nate nat
nicholas nick nicky nicolas nico
oscar ozzie
pamela pam
patricia pat patty trish tricia paty
patrick pat paddy
penelope penny
peter pete pedro
philip phil phillip felipe
priscilla cilla
rafael rafa rafi
ramon moncho ray raymond
randall randy
raymond ray
rebecca becky becca
refugio cuca cuco
reginald reggie reg
ricardo richard rick ricky rico cardo
richard rich rick ricky dick rob
robert rob robbie bob bobby bert roberto
roberto beto rob robert berto
rodrigo rigo
ronald ron ronnie
rosa rosie rosita rose
rosario charo chayo
roy leroy
ruben ben
rudolph rudy rodolfo
russell russ
ruth ruthie
salvador chava sal
samantha sam sammy
samuel sam sammy
sarah sara sally
sebastian seb bastian
sergio checo
siobhan shiv
sofia sophia sophie sofi
solomon sol selomon
stephanie steph stefanie
stephen steven steve stevie esteban
susan sue susie suzy susanna suzanne
teresa terry tess tessa theresa tere
terrence terry
tesfaye tes
theodore ted teddy theo
thomas tom tommy tomas
timothy tim timmy
tobias toby
valerie val
vanessa nessa
veronica vero ronnie
vicente chente vincent
victor vic
victoria vicky tori vic
vincent vince vinny vicente
virginia ginny ginger
walter walt wally
wilhelmina mina minnie willa
william will bill billy liam willie
winifred winnie fred
winston win
xiomara xio
yolanda yoli
yusuf joseph yousef yosef youssef
zachary zach zack zak
"""


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _FAMILIES.strip().splitlines():
        family = set(line.split())
        for name in family:
            found.setdefault(name, set()).update(family)
    return {name: frozenset(others) for name, others in found.items()}


_SHORT = _table()


def usual(name: str) -> bool:
    """Say whether a folded name is one of those that stand here, long or short."""
    return name in _SHORT


def family(name: str) -> frozenset[str]:
    """Return every folded name that a folded given name may be short for, or be said as; itself among them, where it stands here."""
    return _SHORT.get(name, frozenset())


def alike(one: str, other: str) -> bool:
    """Say whether two folded given names can be the same name, one short for the other. The same name is not alike."""
    return one != other and other in family(one)
