"""Texts in other languages in the season that is open: one translated and approved, one to be approved, one that nobody has yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.accounts import actions as accounts
from portal.db import db
from portal.demo import makers
from portal.demo.open_season import came_in_saying
from portal.demo.world import World, cycles_of
from portal.nominations.doubts.models import Doubt
from portal.nominations.translating import actions, queries
from portal.nominations.translating.models import Translation

if TYPE_CHECKING:
    from portal.demo.calendar import Laid

SOMALI = (
    "Macallimaddu waxay caawisaa ardayda oo dhan, gaar ahaan kuwa cusub ee aan Ingiriisiga aqoon. Waxay na soo wacdaa fiidkii, iyada oo wadata turjubaan.",
    "Wiilkaygu wuu ka cabsan jiray inuu gacanta taago. Hadda isaga ayaa carruurta kale u sharxa xisaabta.",
)
SOMALI_IN_ENGLISH = (
    "The teacher helps all the students, above all the new ones who do not know English. She calls us in the evening, and has an interpreter with her.",
    "My son used to be afraid to raise his hand. Now it is he who explains mathematics to the other children.",
)
VIETNAMESE = (
    "Cô giáo luôn ở lại sau giờ học để giúp các em mới đến. Gia đình chúng tôi rất biết ơn cô.",
    "Con gái tôi từng sợ nói tiếng Anh, nay đã đọc diễn văn trước cả trường.",
)
VIETNAMESE_IN_ENGLISH = (
    "The teacher always stays after school to help those who have just arrived. Our family is very grateful to her.",
    "My daughter was once afraid to speak English; now she has given a speech before the whole school.",
)
TIGRINYA = (
    "መምህርና ኩሉ ግዜ ምስ ተማሃሮ እያ፣ ኣብ ቤት ትምህርቲ ትጸንሕ። ንሳ ንዅሎም ተማሃሮ ብጣዕሚ ትሕግዞም እያ።",
    "ወደይ ቅድም ኣብ ክፍሊ ኣይዛረብን ነይሩ። ሕጂ ግን ምስ ኩሎም ይዛረብ ኣሎ።",
)


ADVERTISEMENT = ("Cheap essays https://essays.example and www.essays.example and https://grades.example", "", "")


def held(world: World, season: Laid) -> None:
    """Let a program send something, which is held for the office to look at."""
    cycle = {each.award.slug: each for each in cycles_of(season)}["excellence-in-teaching"]
    at = world.now - timedelta(hours=5)
    sent = makers.make_nomination(
        cycle,
        nominee="Best Essays",
        nominator=makers.make_person("Essay Helper", email="offers@essays.example", at=at),
        texts=ADVERTISEMENT,
        confirmed=False,
        at=at,
    )
    db.session.add(Doubt(nomination_id=sent.id, signs=["trap", "quick", "no proof", "links"], raised_at=at))


def translate(world: World, season: Laid) -> None:
    """Let three families write in their language; give two of their texts to translators of the community."""
    cycles = {cycle.award.slug: cycle for cycle in cycles_of(season)}
    teaching = cycles["excellence-in-teaching"]
    for texts, nominee, days in (
        (SOMALI, "Halima Yusuf", 4),
        (VIETNAMESE, "Grace Kim", 5),
        (TIGRINYA, "Amina Warsame", 7),
    ):
        came_in_saying(world, teaching, nominee, texts, days=days)
    while actions.notice(at=world.now):
        continue
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    for code, who, address, said in (
        ("so", ("Hodan", "Ali"), "hodan.ali@translators.example", SOMALI_IN_ENGLISH),
        ("vi", ("Linh", "Pham"), "linh.pham@translators.example", VIETNAMESE_IN_ENGLISH),
    ):
        number = db.session.scalars(
            select(Translation.id).where(Translation.cycle_id == teaching.id, Translation.written_in == code)
        ).first()
        translation = queries.by_number(number) if number else None
        if translation is None:
            continue
        at = world.now - timedelta(hours=30)
        translator = accounts.person_at(address, at=at, given=who[0], family=who[1])
        actions.ask(translation, translator, by=joy, at=at)
        typed = {each.key: words for each, words in zip(queries.originals(translation), said, strict=False)}
        actions.hand_in(
            translation, typed, version=translation.version, by=translator, at=world.now - timedelta(hours=20)
        )
        if code == "so":
            actions.approve(translation, version=translation.version, by=ruth, at=world.now - timedelta(hours=2))
