"""The people of the demonstration, all invented: the office, the committees, the donors, and a past year's recipients."""

from __future__ import annotations

from typing import Any, NamedTuple

ORGANISATION: dict[str, Any] = {
    "name": "Elliott Bay Education Fund",
    "short_name": "Elliott Bay Fund",
    "lead": {
        "en": "Name the people who make our schools fairer",
        "es": "Nombre a quienes hacen más justas nuestras escuelas",
    },
    "about": {
        "en": "Each spring we honor principals, teachers, school leaders and students of Seattle's public schools. Anyone can nominate: "
        "students, families, colleagues, neighbors. No account, and in the language you think in.",
        "es": "Cada primavera reconocemos a directores, docentes, líderes escolares y estudiantes de las escuelas públicas de Seattle. "
        "Cualquiera puede nominar: estudiantes, familias, colegas, vecinos. Sin cuenta, y en el idioma en que piensa.",
    },
    "mission": {
        "en": "Educational justice: that a child's neighborhood, language, race or family income no longer foretells what school will give them.",
        "es": "Justicia educativa: que el barrio, el idioma, la raza o los ingresos de una familia dejen de anunciar lo que la escuela dará a cada niño.",
    },
    "values": [
        {
            "title": {"en": "Every child", "es": "Cada niño"},
            "text": {
                "en": "Every child has value and can succeed. We begin with students whom school has served least, and with what they say they need.",
                "es": "Cada niño tiene valor y puede salir adelante. Empezamos por los estudiantes a quienes la escuela menos ha servido, y por lo que dicen necesitar.",
            },
        },
        {
            "title": {"en": "Every school", "es": "Cada escuela"},
            "text": {
                "en": "A school should be safe and ready for the whole child: their languages, their families, the lives they come from.",
                "es": "Una escuela debe ser segura y estar lista para el niño entero: sus idiomas, su familia, la vida de la que viene.",
            },
        },
        {
            "title": {"en": "One city", "es": "Una ciudad"},
            "text": {
                "en": "A city is stronger when all its voices are heard. So anyone may nominate, and a committee of neighbors decides, in the open.",
                "es": "Una ciudad es más fuerte cuando se oyen todas sus voces. Por eso cualquiera puede nominar, y un comité de vecinos decide a la vista de todos.",
            },
        },
    ],
    "zone": "America/Los_Angeles",
    "currency": "USD",
    "languages": ["en", "es", "am", "ar", "zh", "om", "so", "tl", "ti", "vi"],
    "help_name": "Joy Tanaka",
    "help_email": "awards@elliottbayfund.example",
    "help_phone": "206 555 0142",
    "help_hours": {"en": "weekdays 8:30 to 4:30", "es": "de lunes a viernes, de 8:30 a 4:30"},
    "website": None,
    "demonstration": True,
}


class Office(NamedTuple):
    """Someone of the office or the board."""

    name: str
    email: str
    roles: tuple[str, ...]
    what: str


OFFICE = (
    Office("Joy Tanaka", "joy@elliottbayfund.example", ("staff",), "runs the awards office"),
    Office(
        "Ruth Amsalem", "ruth@elliottbayfund.example", ("staff", "publisher"), "directs the fund; approves and releases"
    ),
    Office(
        "Desmond Cole", "desmond@elliottbayfund.example", ("publisher",), "of the board; the second person who approves"
    ),
    Office(
        "Helen Abara", "helen@elliottbayfund.example", ("auditor",), "of the board's audit committee; reads the record"
    ),
)


class Reader(NamedTuple):
    """A reviewer, and how they score: `severity` in levels (positive is strict)."""

    name: str
    severity: float
    school: str | None = None
    manner: str = ""
    capacity: int = 12


READERS = (
    Reader("Dana Brightwater", 0.1, manner="chair"),
    Reader("Ingrid Solheim", 0.8),
    Reader("Marcus Bellweather", -0.8),
    Reader("Tomás Echeverría", 0.4, school="Chief Sealth International High School"),
    Reader("Yuki Hanamura", -0.4),
    Reader("Fatou Diallo", 0.2, school="Rainier Beach High School"),
    Reader("Grant Ellery", -0.2, manner="flat"),
    Reader("Leila Farahani", 0.6),
    Reader("Owen Prideaux", -0.6, manner="erratic"),
    Reader("Rosalind Achebe", 0.0, manner="chair"),
    Reader("Samuel Kettleman", 0.3, manner="late"),
    Reader("Teresa Quimby", -0.3, school="Ballard High School"),
    Reader("Viola Nakagawa", 0.5),
    Reader("Walter Stenmark", -0.5, manner="recuses"),
    Reader("Zainab Osei", 0.1, manner="chair"),
    Reader("Esther Lindgren", -0.1, school="Garfield High School"),
    Reader("Pavel Novotny", 0.7, manner="spouse"),
    Reader("Noor Rahmani", -0.7),
)
# Who sits on which committee, by place in READERS; the first of each is its chair. The teachers' committee reads the most.
COMMITTEES: dict[str, tuple[int, ...]] = {}

DONORS = (("The Kettering Family", "neighbors@kettering.example"), ("Arun Bhatt", "arun@bhatt.example"))


class Honoured(NamedTuple):
    """A recipient of the past season. `unnamed`: preferred not to be named."""

    award: str
    name: str
    role: str
    school: str
    citation: str
    biography: str
    quotation: str
    quotation_by: str
    unnamed: bool = False


def _of(  # noqa: PLR0917 - a table of the cast reads better without keywords
    award: str,
    name: str,
    role: str,
    school: str,
    citation: str,
    biography: str,
    quotation: str = "",
    quotation_by: str = "",
) -> Honoured:
    return Honoured(award, name, role, school, citation, biography, quotation, quotation_by)


IN_SPANISH = {  # who wrote their biography in Spanish; the one below is its translation
    "Alma Reséndiz": "Una vez al mes, en el aula de Alma Reséndiz, la clase la da la abuela de alguien: fracciones con tamales, porcentajes con remesas, "
    "proporciones con tintes. Los estudiantes preparan las preguntas que le harán y la norma estatal que ella va a cumplir.\n\nLa asistencia esos "
    "días es del noventa y nueve por ciento. Las que más faltan son las abuelas, dice, y avisan por teléfono.",
}
HONOURED = (
    _of("principal-award", "Ynez Castellano", "Principal", "Dunlap Elementary School",
        "For opening the front office at seven, with breakfast and an interpreter",
        "Ynez Castellano moved her desk to the front hall in her second autumn and has not moved it back. Families who used to leave notes now leave "
        "opinions, and every staff meeting begins with one of them read aloud.\n\nUnder her the school stopped removing children from class for tardiness and began "
        "asking what made them late. Two bus routes changed. Absences fell by a third in three years, most of all among children in temporary housing.",
        "She asked me what time my shift ended, and moved the meeting.", "A parent"),
    _of("principal-award", "Bernard Achterhof", "Principal", "Orca K-8 School",
        "For giving the master schedule to the people it had left out",
        "Bernard Achterhof put the students who had the fewest choices at the top of the scheduling list and let everyone else fit around them. It took "
        "one summer, a wall of paper, and eleven conversations he describes as long.\n\nThe year after, every student who was learning English took science and "
        "an elective of their own choosing. He keeps the wall of paper, and shows it to any principal who asks."),
    _of("excellence-in-teaching", "Tesfaye Gebremedhin", "Teacher, mathematics", "Aki Kurose Middle School",
        "For teaching algebra in four languages at once",
        "Tesfaye Gebremedhin writes each problem in the four languages his sixth period speaks at home, and lets them argue in whichever is quickest. What "
        "reaches the board is what they could all defend.\n\nHe learned to do it from a student who translated for three others and was too tired to solve "
        "anything herself. She takes calculus now. He still checks his Tigrinya with her grandmother.",
        "He never made me choose between being right and being understood.", "A former student"),
    _of("excellence-in-teaching", "Linh Tran-Whitaker", "Teacher, science", "Mercer International Middle School",
        "For a laboratory where nobody is the note-taker",
        "In Linh Tran-Whitaker's laboratory the jobs turn every nine minutes, by a kitchen timer shaped like a hen. Quiet students run the burner; loud ones write. "
        "She started it after counting who touched the equipment in a week, and finding that it was the same five children.\n\nShe counts every term and posts the figures by the door."),
    _of("excellence-in-teaching", "Marcus Adebayo", "Teacher, history", "Rainier Beach High School",
        "For a history class that interviews its own neighborhood",
        "Marcus Adebayo's juniors have recorded two hundred and eleven neighbors, on porches and in barber chairs, and filed every hour with the public library. "
        "They learn to cite a person the way others cite a page.\n\nThree families found a great-aunt in the collection. One student found the reason his street has no trees, and took it to the council."),
    _of("excellence-in-teaching", "Safiya Hersi", "Teacher, English", "Cleveland High School STEM",
        "For reading every draft twice, once for the idea alone",
        "Safiya Hersi returns each essay with two readings, weeks apart: one that speaks only of what the writer is trying to say, and one about how. She does not write "
        "in red. She learned English at fourteen from a teacher who did.\n\nHer students' writing scores rose faster than any in the school, and she would rather you read the essays.",
        "She answered my idea before she touched my commas.", "A student"),
    _of("excellence-in-teaching", "Caroline Ostrander", "Teacher, special education", "Eckstein Middle School",
        "For making the hallway part of the lesson plan",
        "Caroline Ostrander noticed that her students' days went wrong between the bells, so she began teaching there: routes walked in advance, a quiet stair, an older "
        "student posted at each turn. Nobody is late who was late before.\n\nTwo other schools have copied the map. She asks only that they walk it first at a child's pace."),
    _of("excellence-in-teaching", "Jerome Fitzhugh", "Teacher, music", "Washington Middle School",
        "For an orchestra that lends the instrument and the Saturday",
        "Jerome Fitzhugh repairs violins in a supply closet so that no child has to rent one, and opens the room on Saturdays because apartments have neighbors. "
        "Seventy-four students played last spring who owned no instrument.\n\nHe seats them by height, not by skill, so that everyone can hear somebody better."),
    _of("excellence-in-teaching", "Alma Reséndiz", "Teacher, bilingual studies", "David T. Denny International Middle School",
        "For grandmothers at the whiteboard",
        "Once a month in Alma Reséndiz's room the lesson is taught by somebody's grandmother: fractions by tamale, percentages by remittance, ratios by dye. The students "
        "prepare her questions and the state standard she will meet.\n\nAttendance on those days is ninety-nine percent. It is mostly the grandmothers who are absent, she says, and they telephone.",
        "My abuela has a lesson plan now.", "A student"),
    _of("excellence-in-teaching", "Peter Vandersloot", "Teacher, career and technical education", "Seattle Skills Center",
        "For hiring his students before anyone else would",
        "Peter Vandersloot runs his electrical course as a shop that takes in real work, pays for it, and signs the hours over toward a license. Students who were told to "
        "choose between credits and wages earn both.\n\nForty-one have finished apprenticeships. He has framed the first invoice, which was for a church's porch light."),
    _of("science-teaching", "Odalys Beaumont", "Teacher, fifth grade", "Wing Luke Elementary School",
        "For a stream that has had the same scientists for nine years",
        "Every fifth grader at the school inherits the same forty meters of creek, the notebooks of everyone who measured it before, and one question nobody has answered. "
        "Odalys Beaumont hands over the key to the tool shed in September and asks for it back in June.\n\nThe city used their readings when it replaced the culvert."),
    _of("science-teaching", "Harold Nishikawa", "Teacher, third grade", "Beacon Hill International School",
        "For weather that is read in Mandarin, Spanish and snow",
        "Harold Nishikawa's third graders keep a weather station and broadcast from it each morning in three languages, with corrections. When a forecast fails they must say why on air.\n\n"
        "He believes that a child who has been wrong in public, and survived, is a scientist."),
    _of("science-teaching", "Wanjiru Mbugua", "Teacher, seventh grade", "South Shore PK-8 School",
        "For counting salmon with children who were told to sit still",
        "Wanjiru Mbugua takes the restless ones first. Waders, clipboards, a stretch of river and a job that needs somebody who cannot sit down. Their count is within "
        "four percent of the tribe's.\n\nShe asks every student to teach the method to one adult who doubted them."),
    _of("school-leadership", "Denise Thibodeaux", "Assistant principal", "Interagency Programs",
        "For a school that a student can come back to",
        "Denise Thibodeaux telephones every student who leaves, on the first of each month, until they are twenty-one. She asks how they are. One in three has come back.\n\nShe rewrote the "
        "re-entry form from eleven pages to a single question, and kept the other ten pages for the office to fill in."),
    _of("librarian", "Gwendolyn Pryce", "Librarian", "Lowell Elementary School",
        "For a library with no fines and a door on the street side",
        "Gwendolyn Pryce ended fines, then asked the carpenter for a second door, so that families could come in from the bus stop without passing the office. Four hundred books left by it "
        "and three hundred and ninety-one came home.\n\nShe reads aloud at four each day to whoever is waiting for someone.",
        "My son thinks she owns all the books in the world and is just lending them.", "A parent"),
    _of("student-activist", "Ikram Sharif", "Student, grade 11", "Franklin High School",
        "For a bus stop, a petition, and a light that stays on",
        "Ikram Sharif timed the walk from the last bus to her door, in the dark, for a month, and asked sixty classmates to do the same. Her map went to the transit board with a petition in "
        "five languages.\n\nThere is a light there now, and a bench. She has started on the next stop."),
    _of("senior-scholarship", "Safiya Omar", "Senior", "Cleveland High School STEM",
        "To study civil engineering, and to come home and do it here",
        "Safiya Omar kept the books for her family's shop from the age of twelve and found the error that saved its lease. She wants to build things that do not leak."),
    _of("senior-scholarship", "Diego Montalvo", "Senior", "Chief Sealth International High School",
        "To study nursing, after four years as his grandfather's interpreter",
        "Diego Montalvo has sat in more waiting rooms than most doctors. He writes down what was said, what was meant, and what nobody asked."),
    _of("senior-scholarship", "Hannah Lightfoot", "Senior", "Nathan Hale High School",
        "To study fisheries, where her aunties already teach",
        "Hannah Lightfoot restored a smokehouse with her cousins and wrote the school's first land statement that somebody from the land had written."),
    _of("senior-scholarship", "Minh-Anh Do", "Senior", "Franklin High School",
        "To study linguistics, beginning with her own family's three alphabets",
        "Minh-Anh Do tutors at the community center in the language each child dreams in. She is not sure yet whether she will be a teacher or a typographer."),
    _of("senior-scholarship", "Abel Woldemariam", "Senior", "Garfield High School",
        "To study physics, on the nights the warehouse lets him go early",
        "Abel Woldemariam works thirty hours a week and is first in his class. He would like the two facts to be read in the other order."),
    _of("senior-scholarship", "Rosalie Kaawa", "Senior", "West Seattle High School",
        "To study education, and to take over the canoe program she began",
        "Rosalie Kaawa taught herself to mend a hull, then taught eleven others. Nobody in the program has missed a paddle for want of a ride."),
    Honoured("senior-scholarship", "Thandiwe Moyo", "Senior", "Ingraham High School", "", "", "", "", unnamed=True),
    _of("arts-scholarship", "Celeste Arrington", "Senior", "The Center School",
        "For portraits of the people who clean the building",
        "Celeste Arrington painted each of the night staff at the size usually kept for founders, and hung them where the founders were."),
    _of("arts-scholarship", "Kenji Batista", "Senior", "Roosevelt High School",
        "For a string quartet that rehearses in the laundromat",
        "Kenji Batista writes for the instruments his friends could borrow. The second movement needs a dryer."),
    _of("new-arrival-scholarship", "Farzana Amiri", "Senior", "Seattle World School",
        "For beginning the eleventh grade three times, in three countries",
        "Farzana Amiri would like to study law. She has, she says, already read a good deal of it."),
)  # fmt: skip

# How long some of them have been where they are, as their pages say it.
YEARS = {
    "Ynez Castellano": "Nine years at Dunlap Elementary School",
    "Bernard Achterhof": "Fourteen years in the district, six of them at Orca K-8 School",
}

# How many of each past year's honours the archive remembers, newest first; drawn from these names, seeded.
ARCHIVE_GIVEN = (
    "Adaeze", "Bertrand", "Consuelo", "Dmitri", "Eleanor", "Farid", "Genevieve", "Hiroshi", "Imani", "Joaquin", "Katarzyna", "Lorraine", "Mateo", "Nkechi", "Orville",
    "Paloma", "Quentin", "Rukmini", "Silvio", "Tamsin", "Ulises", "Verity", "Winston", "Xenia", "Yusra", "Zoran",
)  # fmt: skip
ARCHIVE_FAMILY = (
    "Abernathy", "Bautista", "Cunningham", "Dhaliwal", "Eastman", "Figueroa", "Goldsmith", "Haugen", "Iwata", "Jefferson", "Kipkemboi", "Lagerquist", "Mahoney", "Ndiaye",
    "Okimoto", "Pettibone", "Quintanilla", "Rasmussen", "Sandoval", "Tuiasosopo", "Underhill", "Vu", "Wojcik", "Yamashita", "Zeller",
)  # fmt: skip
