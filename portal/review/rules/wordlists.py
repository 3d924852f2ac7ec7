"""Lists of words: fixed, and easy to add to. Pure."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def phrases(text: str, mark: str) -> tuple[str, ...]:
    """Return what stands between marks, in order, spaces and line ends made one space."""
    return tuple(" ".join(part.split()) for part in text.split(mark) if part.strip())


# Titles that say whether a person is a man or a woman, or stand before a name.
HONORIFICS = words(
    """
mr mrs ms miss mx dr sr sra srta senor senora senorita prof professor profe maestro maestra sir madam
"""
)

# Small words of names, which are nobody's name alone.
PARTICLES = words(
    """
de la las los del der den van von da do dos di du el al bin ibn abu y e and the of jr sr ii iii st
"""
)

# Names that are words too: covered alone only where they are written with a capital.
NAMES_AND_WORDS = words(
    """
will grace hope may mark rose art joy faith rich bill jack pat sue drew gene dean rob long young best brown green
white black king price wood stone hill bush park love day an so ha le my mai do van chase cash hunter summer autumn
april june august dawn eve iris ivy lily violet daisy pearl ruby jade amber star sky river rain glen forest brook
heath reed field banks bridges bell ball baker cook mason page carter cooper fisher gardener porter potter miller
taylor turner walker weaver wright bishop pope knight earl duke prince noble sharp strong wise gray silver gold
sandy rusty curt frank ernest miles major minor justice honor patience charity mercy constance sunny merry christian
angel blessing precious melody harmony west north east south english french german welch scott ireland holland
israel jordan chance case law lane street rhodes pool rivers lake waters marsh moss lord means self little short
small large power powers house home rice bean berry cherry olive basil sage fox wolf bear bird crane hawk drake swan
martin jay robin wren finch lamb hart buck colt
"""
)

# Short forms that belong together, besides those of nominations.rules.nicknames; one of them known, the others are covered too
# where they have a capital.
NICKNAMES = tuple(
    words(group)
    for group in phrases(
        """
abigail abby; alexander alexandra alex sasha xander; andrew andy drew; anthony antonio tony; barbara barb; benjamin
ben benny; beverly bev; catherine katherine kathryn kate katie kathy cathy; charles charlie chuck; christopher
christina christine chris tina; cynthia cindy; daniel danielle dan danny; david dave; deborah debra deb debbie;
dominic dom; donald don; dorothy dot; edward ed eddie ned; eleanor ellie nora; elizabeth liz beth betsy lizzie
eliza; eugene gene; evelyn evie; frances francis francisco frank fran paco pancho; frederick fred; gabriel gabriela
gabe gaby; gerald jerry; gregory greg; guadalupe lupe; gwendolyn gwen; harold hal; ignacio nacho; isabel isabella
bella; jacob jake; james jim jimmy jamie; jennifer jen jenny; jessica jess; jesus chuy; john jack johnny; jonathan
jon; jose pepe; joseph josephine joe joey; joshua josh; judith judy; kenneth ken kenny; kimberly kim; lawrence
larry; leonard leo len; luis lucho; madeline maddie; margaret maggie meg peggy; maria mari mary; matthew matt;
maximilian max; melissa mel; michael mike mikey; michelle shelly; mohamed mohammed muhammad mo; nancy nan; natalie
nat; nathaniel nathan nate; nicholas nicole nick; olivia liv; pamela pam; patricia patrick pat patty trish; peter
pete; philip phil; rafael rafa; raymond ray; rebecca becky; ricardo richard rick ricky dick; robert roberta rob bob
bobby robbie; ronald ron ronnie; rosa rosario rosie; samuel samantha sam sammy; stephanie steph; stephen steven
steve; susan sue susie; suzanne suzy; terence theresa teresa terry tess; theodore ted teddy theo; thomas tom tommy;
timothy tim; valerie val; veronica ronnie; victor victoria vic vicky; vincent vince; virginia ginny; walter walt;
william will bill billy liam; zachary zach
""",
        ";",
    )
)

# What schools are called that says nothing about which one.
GENERIC = words(
    """
school schools elementary middle high junior senior international academy k8 pk8 k 8 pk k-8 pk-8 k5 k-5 community
center centre campus alternative public preparatory prep at the of and for primary secondary intermediate option
program stem kindergarten
"""
)

# Plants of the region. Kind: nothing that stings, stinks, poisons or invades, and nothing named for a person.
PLANTS = phrases(
    """
Vine Maple, Sword Fern, Salal, Madrona, Red Alder, Camas, Western Yew, Huckleberry, Paintbrush, Oregon Grape,
Dogwood, Trillium, Shore Pine, Lupine, Bitterroot, Ninebark, Hemlock, Serviceberry, Cottonwood, Bearberry, Noble
Fir, Columbine, Hazel, Kinnikinnick, Red Cedar, Bigleaf Maple, Garry Oak, Sitka Spruce, Paper Birch, Trembling
Aspen, Ponderosa, Western Larch, Silver Fir, Lodgepole, Whitebark Pine, Bitter Cherry, Black Hawthorn, Crab Apple,
Oregon Ash, Pacific Willow, Cascara, Elderberry, Thimbleberry, Salmonberry, Blackcap, Snowberry, Twinberry, Mock
Orange, Oceanspray, Red Currant, Golden Currant, Gooseberry, Wild Rose, Spirea, Hardhack, Snowbrush, Blueblossom,
Rhododendron, Azalea, Bunchberry, Twinflower, Starflower, Bleeding Heart, Inside-out Flower, Vanilla Leaf, Wild
Ginger, Fairybell, Coral Root, Lady Fern, Maidenhair, Deer Fern, Oak Fern, Licorice Fern, Foamflower, Fringecup,
Youth on Age, Woodland Violet, Stream Violet, Spring Beauty, Miner's Lettuce, Pearly Everlasting, Yarrow, Goldenrod,
Aster, Fireweed, Avalanche Lily, Glacier Lily, Tiger Lily, Fawn Lily, Chocolate Lily, Harebell, Bluebell, Larkspur,
Monkeyflower, Shooting Star, Sea Thrift, Stonecrop, Gumweed, Beach Pea, Dunegrass, Silverweed, Strawberry,
Checkermallow, Clarkia, Blue-eyed Grass, Balsamroot, Phlox, Penstemon, Sagebrush, Rabbitbrush, Buckwheat, Prairie
Smoke, Pasqueflower, Moss Campion, Heather, Crowberry, Cloudberry, Sweetgale
""",
    ",",
)
PLACES = phrases("Creek, Ridge, Meadow, Island, Canyon, Harbor, Valley, Mountain, Prairie, River, Lake, Shore", ",")
