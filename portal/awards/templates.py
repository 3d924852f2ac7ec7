"""Nine awards to start from: who each honors, what is asked, how it is scored. Plain data, in English and Spanish.

`portal demo` sets up all nine; staff can start a new award from any of them and change every word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.awards.models import AwardKind, Honours, PaidTo
from portal.questions import templates as ask
from portal.questions.templates import QuestionTemplate, Words

# A season's usual calendar, as clocks show it where the organisation is.
CALENDAR = {
    "opens_at": "2026-02-02 09:00",
    "closes_at": "2026-03-13 23:59",
    "part_due_at": "2026-03-27 23:59",
    "letters_due_at": "2026-03-31 23:59",
    "redaction_due_at": "2026-04-03 17:00",
    "scoring_opens_at": "2026-04-09 09:00",
    "scoring_closes_at": "2026-04-22 23:59",
    "deliberation_at": "2026-04-27 16:00",
    "decision_at": "2026-05-11 17:00",
    "announced_at": "2026-05-26 09:00",
    "payments_due_at": "2026-06-30 17:00",
}


@dataclass(frozen=True)
class CriterionTemplate:
    """One thing that is scored."""

    key: str
    name: Words
    about: Words
    weight: int
    by_staff: bool = False


@dataclass(frozen=True)
class RubricTemplate:
    """Criteria whose weights add up to 100, and every level in words."""

    criteria: tuple[CriterionTemplate, ...]
    levels: dict[int, Words]

    @property
    def highest(self) -> int:
        """The highest level."""
        return max(self.levels)


@dataclass(frozen=True)
class AwardTemplate:
    """An award, and what one year of it usually gives and asks."""

    slug: str
    position: int
    kind: AwardKind
    honours: Honours
    name: Words
    summary: Words
    about: Words
    who_may_receive: Words
    who_may_nominate: Words
    places: int
    sum_cents: int
    paid_to: PaidTo
    rubric: RubricTemplate
    questions: tuple[QuestionTemplate, ...]
    most_cents: int | None = None
    reads: int = 3
    committee_size: int = 6
    surprise: bool = False
    blind: bool = True
    self_nomination: bool = False
    fund: str = ""
    eligibility: dict[str, Any] = field(default_factory=dict)  # the rules a year starts with


# ---------------------------------------------------------------- levels and rubrics

SEVEN_LEVELS: dict[int, Words] = {
    0: {"en": "Says nothing about this", "es": "No dice nada al respecto"},
    1: {"en": "Unclear, with no evidence", "es": "Poco claro y sin pruebas"},
    2: {"en": "Some knowledge; the evidence is missing", "es": "Algún conocimiento; faltan pruebas"},
    3: {"en": "Thorough; the evidence is not specific", "es": "Completo; las pruebas no son concretas"},
    4: {
        "en": "Thorough and well ordered, with relevant evidence",
        "es": "Completo y ordenado, con pruebas pertinentes",
    },
    5: {"en": "Expert, with strong evidence", "es": "Experto, con pruebas sólidas"},
    6: {"en": "Changes how others work", "es": "Cambia la manera de trabajar de los demás"},
}
FIVE_LEVELS: dict[int, Words] = {
    0: {"en": "Says nothing about this", "es": "No dice nada al respecto"},
    1: {"en": "Named, but not shown", "es": "Se menciona, pero no se muestra"},
    2: {"en": "Shown once, in general words", "es": "Se muestra una vez, en términos generales"},
    3: {"en": "Shown clearly, with particulars", "es": "Se muestra con claridad y detalle"},
    4: {
        "en": "Shown throughout; it stays with the reader",
        "es": "Se muestra de principio a fin; deja huella en quien lee",
    },
}


def _criterion(
    key: str, weight: int, en: tuple[str, str], es: tuple[str, str], *, by_staff: bool = False
) -> CriterionTemplate:
    return CriterionTemplate(key, {"en": en[0], "es": es[0]}, {"en": en[1], "es": es[1]}, weight, by_staff)


_CLOSING_GAPS = _criterion(
    "gaps",
    35,
    ("Closing opportunity gaps", "Students furthest from justice gain the most, and there is evidence."),
    ("Cerrar brechas de oportunidad", "Ganan más los estudiantes más alejados de la justicia, y hay pruebas."),
)
_BELIEF = _criterion(
    "belief",
    25,
    ("Belief in and relationship with students", "Every student is known, and expected to do well."),
    ("Confianza y relación con los estudiantes", "Conoce a cada estudiante y espera que le vaya bien."),
)


def _peers(weight: int) -> CriterionTemplate:
    return _criterion(
        "peers",
        weight,
        ("Peer leadership", "Colleagues teach differently because of this person."),
        ("Liderazgo entre colegas", "Sus colegas enseñan de otra manera gracias a esta persona."),
    )


PRINCIPALS = RubricTemplate(
    (
        _criterion(
            "outcomes",
            30,
            (
                "Outcomes and opportunity gaps",
                "Students do better, those furthest from justice most of all, and it can be seen.",
            ),
            (
                "Resultados y brechas de oportunidad",
                "A los estudiantes les va mejor, sobre todo a los más alejados de la justicia, y se nota.",
            ),
        ),
        _criterion(
            "culture",
            25,
            ("Equity leadership and culture", "The school looks at its own habits and changes them."),
            ("Liderazgo y cultura de equidad", "La escuela examina sus propias costumbres y las cambia."),
        ),
        _criterion(
            "voice",
            20,
            ("Family and community voice", "Families and neighbors shape what the school does."),
            ("Voz de las familias y la comunidad", "Las familias y los vecinos influyen en lo que hace la escuela."),
        ),
        _criterion(
            "team",
            15,
            ("Team and staff growth", "People who work here grow, stay and lead."),
            ("Crecimiento del equipo", "Quienes trabajan aquí crecen, se quedan y lideran."),
        ),
        _criterion(
            "commitment",
            10,
            ("Sustained commitment", "It has lasted, through hard years too."),
            ("Compromiso sostenido", "Ha perdurado, también en los años difíciles."),
        ),
    ),
    SEVEN_LEVELS,
)
TEACHERS = RubricTemplate(
    (
        _CLOSING_GAPS,
        _BELIEF,
        _peers(20),
        _criterion(
            "craft",
            20,
            ("Craft and creativity", "The teaching itself is inventive and skilled."),
            ("Oficio y creatividad", "La enseñanza misma es ingeniosa y diestra."),
        ),
    ),
    SEVEN_LEVELS,
)
# In place of craft (20), 25 for what the award is about: the other weights give way, peer leadership to 15.
SCIENCE = RubricTemplate(
    (
        _CLOSING_GAPS,
        _BELIEF,
        _peers(15),
        _criterion(
            "hands_on",
            25,
            ("Hands-on science", "Students ask, build, measure and find out for themselves."),
            ("Ciencia práctica", "Los estudiantes preguntan, construyen, miden y descubren por sí mismos."),
        ),
    ),
    SEVEN_LEVELS,
)
LIBRARIANS = RubricTemplate(
    (
        _CLOSING_GAPS,
        _BELIEF,
        _peers(15),
        _criterion(
            "reading",
            25,
            ("Love of reading", "Students who did not read now do, in the languages they bring."),
            ("Amor por la lectura", "Estudiantes que no leían ahora leen, en los idiomas que traen."),
        ),
    ),
    SEVEN_LEVELS,
)
# For a conversation with whoever is left, or a visit to where they work: what paper does not show.
INTERVIEWS = RubricTemplate(
    (
        _criterion(
            "presence",
            40,
            ("What we saw and heard", "In the room or the conversation, students come first and can say what changed."),
            (
                "Lo que vimos y oímos",
                "En el aula o en la conversación, los estudiantes van primero y dicen qué cambió.",
            ),
        ),
        _criterion(
            "reflection",
            30,
            ("Reflection", "Speaks plainly of what did not work, and of what was learned from it."),
            ("Reflexión", "Habla con franqueza de lo que no funcionó y de lo que se aprendió."),
        ),
        _criterion(
            "reach",
            30,
            ("What comes next", "Knows what this honor would make possible, and for whom."),
            ("Lo que sigue", "Sabe qué haría posible este reconocimiento, y para quién."),
        ),
    ),
    SEVEN_LEVELS,
)
SCHOLARSHIPS = RubricTemplate(
    (
        _criterion(
            "statement",
            30,
            ("Personal and purpose statement", "Who this person is, where they are going, and why."),
            ("Declaración personal y propósito", "Quién es esta persona, adónde va y por qué."),
        ),
        _criterion(
            "perseverance",
            25,
            ("Perseverance", "What was hard, and how they went on."),
            ("Perseverancia", "Qué fue difícil y cómo siguió adelante."),
        ),
        _criterion(
            "contribution",
            20,
            ("Contribution and responsibilities", "What others can count on them for, at home, at work and at school."),
            (
                "Contribución y responsabilidades",
                "En qué pueden contar con ella otras personas: en casa, en el trabajo y en la escuela.",
            ),
        ),
        _criterion(
            "progress",
            15,
            ("Academic progress", "How far they have come, whatever the rank."),
            ("Progreso académico", "Cuánto ha avanzado, sea cual sea el puesto."),
        ),
        _criterion(
            "need",
            10,
            ("Need", "Scored by the organization's staff, from bands."),
            ("Necesidad", "La puntúa el personal de la organización, por tramos."),
            by_staff=True,
        ),
    ),
    FIVE_LEVELS,
)
ANYONE: Words = {
    "en": "Anyone: students, families, colleagues, neighbors. You need no account, and you may write in any language.",
    "es": "Cualquier persona: estudiantes, familias, colegas, vecinos. No necesita cuenta y puede escribir en cualquier idioma.",
}
STUDENTS_THEMSELVES: Words = {
    "en": "Students apply for themselves. A counselor or teacher may apply for a student instead.",
    "es": "Los estudiantes la solicitan por sí mismos. También puede solicitarla un consejero o maestro en nombre del estudiante.",
}

# Nobody receives what they, or theirs, gave or judge; and where an award is nominated for, nobody nominates themself.
OUTSIDE: dict[str, Any] = {"families": {}}
BY_OTHERS: dict[str, Any] = {
    "nominator": {"from": ["parent", "student", "colleague", "supervisor", "community", "other"]},
    **OUTSIDE,
}

AWARDS: tuple[AwardTemplate, ...] = (
    AwardTemplate(
        slug="principal-award",
        position=1,
        kind=AwardKind.AWARD,
        honours=Honours.PRINCIPALS,
        name={"en": "Principal Award for Excellence", "es": "Premio a la Excelencia Directiva"},
        summary={
            "en": "For two principals whose schools grow fairer year after year.",
            "es": "Para dos directores cuyas escuelas son cada año más justas.",
        },
        about={
            "en": "A good principal changes what every adult in a building believes about every child in it. This award honors two of them. "
            "The sum goes to the school, and the principal decides with staff and families how to use it. It comes as a surprise.",
            "es": "Un buen director cambia lo que cada adulto de una escuela cree de cada niño. Este premio honra a dos. "
            "El dinero es para la escuela, y el director decide con el personal y las familias cómo usarlo. Llega por sorpresa.",
        },
        who_may_receive={
            "en": "Principals of a public school of the district who have led the same school for three years or more.",
            "es": "Directores de una escuela pública del distrito que dirigen la misma escuela desde hace tres años o más.",
        },
        who_may_nominate=ANYONE,
        places=2,
        sum_cents=2_500_000,
        paid_to=PaidTo.SCHOOL,
        rubric=PRINCIPALS,
        questions=(*ask.GENERAL, *ask.NOMINEES),
        reads=5,
        committee_size=9,
        surprise=True,
        fund="The Madrona Fund",
        eligibility={
            **BY_OTHERS,
            "role": {"of": ["principal"]},
            "school_years": {"least": 3},
            "repeat": {"years": 5, "any_award": False},
        },
    ),
    AwardTemplate(
        slug="excellence-in-teaching",
        position=2,
        kind=AwardKind.AWARD,
        honours=Honours.TEACHERS,
        name={"en": "Excellence in Teaching Award", "es": "Premio a la Excelencia Docente"},
        summary={
            "en": "For eight teachers whose students go further than anyone told them they could.",
            "es": "Para ocho docentes cuyos estudiantes llegan más lejos de lo que nadie les dijo que podían.",
        },
        about={
            "en": "Some teachers open a door that stays open. This award honors eight of them, in the schools where it matters most. "
            "Each receives a sum to use as they choose.",
            "es": "Hay docentes que abren una puerta que ya no se cierra. Este premio honra a ocho, en las escuelas donde más importa. "
            "Cada uno recibe un dinero para usarlo como quiera.",
        },
        who_may_receive={
            "en": "Teachers of grades 6 to 12 with three years or more in the district, at a school that receives Title I funds or where "
            "half the students or more have free or reduced-price lunch. Where the principal is not the nominator, we ask the principal for a letter.",
            "es": "Docentes de los grados 6 a 12 con tres años o más en el distrito, en una escuela que recibe fondos del Título I o donde "
            "al menos la mitad de los estudiantes reciben almuerzo gratuito o a precio reducido. Si no nomina el director, le pedimos una carta.",
        },
        who_may_nominate=ANYONE,
        places=8,
        sum_cents=300_000,
        paid_to=PaidTo.PERSON,
        rubric=TEACHERS,
        questions=(*ask.GENERAL, *ask.NOMINEES),
        committee_size=18,
        fund="The Madrona Fund",
        eligibility={
            **BY_OTHERS,
            "role": {"of": ["teacher"]},
            "taught": {"low": 6, "high": 12},
            "high_need": {"share": 50},
            "district_years": {"least": 3},
            "repeat": {"years": 5, "any_award": False},
        },
    ),
    AwardTemplate(
        slug="science-teaching",
        position=3,
        kind=AwardKind.AWARD,
        honours=Honours.TEACHERS,
        name={"en": "Science Teaching Award", "es": "Premio a la Enseñanza de las Ciencias"},
        summary={
            "en": "For three teachers, kindergarten to grade 8, whose students do science with their own hands.",
            "es": "Para tres docentes, de kínder al grado 8, cuyos estudiantes hacen ciencia con sus propias manos.",
        },
        about={
            "en": "A worm bin, a rain gauge, a question nobody in the room can answer yet. This award honors teachers who let young children find out.",
            "es": "Una caja de lombrices, un pluviómetro, una pregunta que nadie en la clase sabe responder todavía. "
            "Este premio honra a docentes que dejan que los niños descubran.",
        },
        who_may_receive={
            "en": "Teachers who teach science in kindergarten to grade 8 at a public school of the district.",
            "es": "Docentes que enseñan ciencias de kínder al grado 8 en una escuela pública del distrito.",
        },
        who_may_nominate=ANYONE,
        places=3,
        sum_cents=300_000,
        paid_to=PaidTo.PERSON,
        rubric=SCIENCE,
        questions=(*ask.GENERAL, *ask.NOMINEES),
        fund="The Tidepool Fund",
        eligibility={
            **BY_OTHERS,
            "role": {"of": ["teacher"]},
            "taught": {"low": 0, "high": 8},
            "repeat": {"years": 5, "any_award": False},
        },
    ),
    AwardTemplate(
        slug="school-leadership",
        position=4,
        kind=AwardKind.AWARD,
        honours=Honours.ADMINISTRATORS,
        name={"en": "School Leadership Award", "es": "Premio al Liderazgo Escolar"},
        summary={
            "en": "For one administrator who makes it possible for others to teach and learn.",
            "es": "Para una persona de la administración que hace posible que otras enseñen y aprendan.",
        },
        about={
            "en": "Assistant principals, deans, program leads, people of the central office: their work shows in other people's. This award honors one of them.",
            "es": "Subdirectores, decanos, responsables de programas, personal de la oficina central: su trabajo se nota en el de los demás. "
            "Este premio honra a una de esas personas.",
        },
        who_may_receive={
            "en": "Administrators of the district other than principals, at a school or in the central office.",
            "es": "Personal administrativo del distrito que no dirija una escuela, en una escuela o en la oficina central.",
        },
        who_may_nominate=ANYONE,
        places=1,
        sum_cents=500_000,
        paid_to=PaidTo.PERSON,
        rubric=PRINCIPALS,
        questions=(*ask.GENERAL, *ask.NOMINEES),
        fund="The Madrona Fund",
        eligibility={
            **BY_OTHERS,
            "role": {"of": ["administrator"]},
            "repeat": {"years": 5, "any_award": False},
        },
    ),
    AwardTemplate(
        slug="librarian",
        position=5,
        kind=AwardKind.AWARD,
        honours=Honours.STAFF,
        name={"en": "Librarian Award", "es": "Premio a la Labor Bibliotecaria"},
        summary={
            "en": "For one school librarian who puts the right book into the right hands.",
            "es": "Para una persona bibliotecaria escolar que pone el libro justo en las manos justas.",
        },
        about={
            "en": "The library is the one room of a school that belongs to every student. This award honors the person who keeps it so.",
            "es": "La biblioteca es la única sala de la escuela que es de todos los estudiantes. Este premio honra a quien lo hace posible.",
        },
        who_may_receive={
            "en": "Librarians and library staff of a public school of the district.",
            "es": "Bibliotecarios y personal de biblioteca de una escuela pública del distrito.",
        },
        who_may_nominate=ANYONE,
        places=1,
        sum_cents=150_000,
        paid_to=PaidTo.PERSON,
        rubric=LIBRARIANS,
        questions=(*ask.GENERAL, *ask.NOMINEES),
        committee_size=5,
        fund="The Tidepool Fund",
        eligibility={
            **BY_OTHERS,
            "role": {"of": ["librarian"]},
            "repeat": {"years": 5, "any_award": False},
        },
    ),
    AwardTemplate(
        slug="senior-scholarship",
        position=6,
        kind=AwardKind.SCHOLARSHIP,
        honours=Honours.STUDENTS,
        name={"en": "Senior Scholarship", "es": "Beca para el Último Año"},
        summary={
            "en": "For ten graduating seniors on their way to college or training.",
            "es": "Para diez estudiantes de último año que van a la universidad o a una formación.",
        },
        about={
            "en": "College, an apprenticeship, a certificate: whatever comes after high school. The sum is paid to the college or program.",
            "es": "Universidad, aprendizaje de un oficio, certificado: lo que venga después de la secundaria. El dinero se paga a la universidad o al programa.",
        },
        who_may_receive={
            "en": "Seniors of a public high school of the district who graduate this year. Immigration status does not matter, and we do not ask.",
            "es": "Estudiantes de último año de una secundaria pública del distrito que se gradúan este año. "
            "La situación migratoria no importa, y no preguntamos.",
        },
        who_may_nominate=STUDENTS_THEMSELVES,
        places=10,
        sum_cents=500_000,
        paid_to=PaidTo.COLLEGE,
        rubric=SCHOLARSHIPS,
        questions=(*ask.APPLICATION, ask.BIOGRAPHY),
        committee_size=9,
        self_nomination=True,
        fund="The Lighthouse Scholarship Fund",
        eligibility={**OUTSIDE, "role": {"of": ["student"]}, "grade": {"low": 12, "high": 12}},
    ),
    AwardTemplate(
        slug="arts-scholarship",
        position=7,
        kind=AwardKind.SCHOLARSHIP,
        honours=Honours.STUDENTS,
        name={"en": "Arts Scholarship", "es": "Beca de Artes"},
        summary={
            "en": "For three students who make something that was not there before.",
            "es": "Para tres estudiantes que crean algo que antes no existía.",
        },
        about={
            "en": "Music, painting, film, dance, words, murals on the side of the store. The sum helps with study, materials or lessons.",
            "es": "Música, pintura, cine, danza, palabras, murales en la pared de la tienda. El dinero ayuda con estudios, materiales o clases.",
        },
        who_may_receive={
            "en": "Students of grades 9 to 12 at a public school of the district.",
            "es": "Estudiantes de los grados 9 a 12 de una escuela pública del distrito.",
        },
        who_may_nominate=STUDENTS_THEMSELVES,
        places=3,
        sum_cents=100_000,
        paid_to=PaidTo.PERSON,
        rubric=SCHOLARSHIPS,
        questions=(*ask.APPLICATION, ask.BIOGRAPHY),
        committee_size=5,
        self_nomination=True,
        fund="The Lighthouse Scholarship Fund",
        eligibility={**OUTSIDE, "role": {"of": ["student"]}, "grade": {"low": 9, "high": 12}},
    ),
    AwardTemplate(
        slug="new-arrival-scholarship",
        position=8,
        kind=AwardKind.SCHOLARSHIP,
        honours=Honours.STUDENTS,
        name={"en": "New Arrival Scholarship", "es": "Beca para Recién Llegados"},
        summary={
            "en": "For students who came to this country in the last few years, by need. Any immigration status; we do not ask.",
            "es": "Para estudiantes que llegaron a este país hace pocos años, según su necesidad. Cualquier situación migratoria; no preguntamos.",
        },
        about={
            "en": "Starting again in a new language is work. This scholarship helps with what a family needs so that a student can keep studying: "
            "fees, books, a bus pass, a computer.",
            "es": "Empezar de nuevo en otro idioma es un trabajo. Esta beca ayuda con lo que una familia necesita para que un estudiante siga estudiando: "
            "matrículas, libros, transporte, una computadora.",
        },
        who_may_receive={
            "en": "Students of a public school of the district who arrived in the last five years.",
            "es": "Estudiantes de una escuela pública del distrito que llegaron en los últimos cinco años.",
        },
        who_may_nominate=STUDENTS_THEMSELVES,
        places=6,
        sum_cents=50_000,
        most_cents=350_000,
        paid_to=PaidTo.PERSON,
        rubric=SCHOLARSHIPS,
        questions=(*ask.APPLICATION, ask.BIOGRAPHY),
        committee_size=5,
        self_nomination=True,
        fund="The Lighthouse Scholarship Fund",
        eligibility={**OUTSIDE, "role": {"of": ["student"]}},
    ),
    AwardTemplate(
        slug="student-activist",
        position=9,
        kind=AwardKind.AWARD,
        honours=Honours.STUDENTS,
        name={"en": "Student Activist Award", "es": "Premio al Activismo Estudiantil"},
        summary={
            "en": "For one student who saw that something was unfair and did not leave it so.",
            "es": "Para un estudiante que vio algo injusto y no lo dejó así.",
        },
        about={
            "en": "A petition, a garden, a meeting that adults had to come to. This award honors a student who changed something for others.",
            "es": "Una petición, un huerto, una reunión a la que los adultos tuvieron que ir. Este premio honra a un estudiante que cambió algo para los demás.",
        },
        who_may_receive={
            "en": "Students of grades 9 to 12 at a public school of the district. Two letters of 300 to 700 words come with it.",
            "es": "Estudiantes de los grados 9 a 12 de una escuela pública del distrito. Se acompaña de dos cartas de 300 a 700 palabras.",
        },
        who_may_nominate={
            "en": "Anyone, the student too.",
            "es": "Cualquier persona, también el propio estudiante.",
        },
        places=1,
        sum_cents=100_000,
        paid_to=PaidTo.PERSON,
        rubric=SCHOLARSHIPS,
        questions=(ask.JUSTICE, ask.STORY, ask.EVIDENCE, ask.PERSEVERANCE, ask.NEED, ask.ANYTHING, ask.BIOGRAPHY),
        committee_size=5,
        self_nomination=True,
        fund="The Lighthouse Scholarship Fund",
        eligibility={**OUTSIDE, "role": {"of": ["student"]}, "grade": {"low": 9, "high": 12}},
    ),
)


def by_slug(slug: str) -> AwardTemplate | None:
    """Return the template with this address, if there is one."""
    return next((template for template in AWARDS if template.slug == slug), None)
