"""Questions that a new question set can start from: plain data, in English and Spanish."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.questions.models import Asked, QuestionKind, Sensitivity

Words = dict[str, str]


@dataclass(frozen=True)
class QuestionTemplate:
    """One question as a set starts with it. The fields are those of `Question`."""

    key: str
    label: Words
    short: Words
    hint: Words = field(default_factory=dict)
    asked: Asked = Asked.NOMINATOR
    kind: QuestionKind = QuestionKind.TEXT
    choices: tuple[tuple[str, Words], ...] = ()
    word_limit: int | None = None
    required: bool = True
    scored: bool = True
    blind_visible: bool = True
    publishable: bool = False
    sensitivity: Sensitivity = Sensitivity.NONE
    character_limit: int | None = None
    own_label: Words = field(default_factory=dict)  # to whoever applies for themself
    shown_if: str | None = None  # the key of a question before it
    shown_values: tuple[str, ...] = ()  # its answers with which this one is asked

    def columns(self) -> dict[str, Any]:
        """Return the columns of a `Question` made from this, its position aside."""
        copied = (
            "key",
            "asked",
            "kind",
            "word_limit",
            "required",
            "scored",
            "blind_visible",
            "publishable",
            "sensitivity",
            "character_limit",
            "shown_if",
        )
        texts = {name: dict(getattr(self, name)) for name in ("label", "own_label", "short", "hint")}
        return (
            {name: getattr(self, name) for name in copied}
            | texts
            | {"shown_values": list(self.shown_values)}
            | {"choices": [[value, dict(words)] for value, words in self.choices]}
        )


JUSTICE = QuestionTemplate(
    key="justice",
    label={
        "en": "What has {nominee} done to advance educational justice?",
        "es": "¿Qué ha hecho {nominee} para promover la justicia educativa?",
    },
    own_label={
        "en": "What have you done to advance educational justice?",
        "es": "¿Qué ha hecho usted para promover la justicia educativa?",
    },
    short={"en": "Educational justice", "es": "Justicia educativa"},
    hint={
        "en": "Say what they do so that every student belongs, learns and is expected to do well. Be particular: who, where, since when.",
        "es": "Cuente qué hace para que cada estudiante pertenezca, aprenda y llegue lejos. Dé ejemplos: quién, dónde, desde cuándo.",
    },
    word_limit=250,
    publishable=True,
)
STORY = QuestionTemplate(
    key="story",
    label={
        "en": "Tell us one story of {nominee} with students.",
        "es": "Cuéntenos una historia de {nominee} con sus estudiantes.",
    },
    own_label={
        "en": "Tell us one story of what you do.",
        "es": "Cuéntenos una historia de lo que hace.",
    },
    short={"en": "One story with students", "es": "Una historia con estudiantes"},
    hint={
        "en": "One day, one lesson, one conversation. Leave out students' last names.",
        "es": "Un día, una clase, una conversación. No escriba los apellidos de los estudiantes.",
    },
    word_limit=250,
    publishable=True,
)
EVIDENCE = QuestionTemplate(
    key="evidence",
    label={
        "en": "What changed because of {nominee}, and how do you know?",
        "es": "¿Qué cambió gracias a {nominee} y cómo lo sabe?",
    },
    own_label={
        "en": "What changed because of you, and how do you know?",
        "es": "¿Qué cambió gracias a usted y cómo lo sabe?",
    },
    short={"en": "Evidence of change", "es": "Pruebas del cambio"},
    hint={
        "en": "Numbers, students' work, or what people say. You do not need data: what you have seen counts.",
        "es": "Cifras, trabajos de estudiantes o lo que dice la gente. No hacen falta datos: lo que usted ha visto cuenta.",
    },
    word_limit=150,
    publishable=True,
)
LIFT = QuestionTemplate(
    key="lift",
    label={
        "en": "How does {nominee} lift up colleagues and families?",
        "es": "¿Cómo apoya {nominee} a sus colegas y a las familias?",
    },
    own_label={
        "en": "How do you lift up others?",
        "es": "¿Cómo apoya usted a los demás?",
    },
    short={"en": "Colleagues and families", "es": "Colegas y familias"},
    hint={
        "en": "Whom do they teach, listen to, bring in?",
        "es": "¿A quién enseña, a quién escucha, a quién invita a participar?",
    },
    word_limit=150,
    required=False,
    publishable=True,
)
ANYTHING = QuestionTemplate(
    key="anything",
    label={"en": "Is there anything else the committee should know?", "es": "¿Hay algo más que el comité deba saber?"},
    short={"en": "Anything else", "es": "Algo más"},
    hint={
        "en": "This is read, but not scored. It may stay empty.",
        "es": "Se lee, pero no se puntúa. Puede quedar vacío.",
    },
    word_limit=100,
    required=False,
    scored=False,
    blind_visible=False,
)
GENERAL = (JUSTICE, STORY, EVIDENCE, LIFT, ANYTHING)

BIOGRAPHY = QuestionTemplate(
    key="biography",
    asked=Asked.NOMINEE,
    label={
        "en": "Write a short biography of yourself, in the third person.",
        "es": "Escriba una breve biografía suya, en tercera persona.",
    },
    short={"en": "Public biography", "es": "Biografía pública"},
    hint={
        "en": "It appears on your page if you are chosen and agree to it.",
        "es": "Aparece en su página si resulta elegido y usted está de acuerdo.",
    },
    word_limit=250,
    scored=False,
    blind_visible=False,
    publishable=True,
)
PRACTICE = QuestionTemplate(
    key="equity_practice",
    asked=Asked.NOMINEE,
    label={"en": "How does equity show in your daily practice?", "es": "¿Cómo se ve la equidad en su práctica diaria?"},
    short={"en": "Equity in practice", "es": "La equidad en la práctica"},
    hint={
        "en": "What you do, for whom, and what you are still learning.",
        "es": "Qué hace, para quién y qué sigue aprendiendo.",
    },
    word_limit=500,
)
USE = QuestionTemplate(
    key="use_of_funds",
    asked=Asked.NOMINEE,
    label={"en": "What would you do with the sum?", "es": "¿Qué haría con el dinero?"},
    short={"en": "Use of the sum", "es": "Uso del dinero"},
    hint={
        "en": "A plan is enough; nobody holds you to the cent.",
        "es": "Basta un plan; nadie le pedirá cuentas al centavo.",
    },
    word_limit=150,
    scored=False,
)
NOMINEES = (BIOGRAPHY, PRACTICE, USE)

STATEMENT = QuestionTemplate(
    key="statement",
    label={
        "en": "Who is {nominee}, and what is the scholarship for?",
        "es": "¿Quién es {nominee} y para qué es la beca?",
    },
    own_label={
        "en": "Who are you, and what is the scholarship for?",
        "es": "¿Quién es usted y para qué es la beca?",
    },
    short={"en": "Statement of purpose", "es": "Quién es y para qué"},
    hint={
        "en": "What the study would be, and why.",
        "es": "Qué estudios serían y por qué.",
    },
    word_limit=400,
    publishable=True,
)
PERSEVERANCE = QuestionTemplate(
    key="perseverance",
    label={
        "en": "What was hard, and how did {nominee} go on?",
        "es": "¿Qué fue difícil y cómo siguió adelante {nominee}?",
    },
    own_label={
        "en": "What was hard, and how did you go on?",
        "es": "¿Qué fue difícil y cómo siguió adelante?",
    },
    short={"en": "Perseverance", "es": "Perseverancia"},
    hint={
        "en": "Share only what you want to share. A small thing told well is enough.",
        "es": "Comparta solo lo que quiera compartir. Basta algo pequeño bien contado.",
    },
    word_limit=250,
)
CONTRIBUTION = QuestionTemplate(
    key="contribution",
    label={
        "en": "What does {nominee} do for family, school or neighbors?",
        "es": "¿Qué hace {nominee} por su familia, su escuela o sus vecinos?",
    },
    own_label={
        "en": "What do you do for family, school or neighbors?",
        "es": "¿Qué hace usted por su familia, su escuela o sus vecinos?",
    },
    short={"en": "Contribution and responsibilities", "es": "Contribución y responsabilidades"},
    hint={
        "en": "Work, care for others, clubs, faith, sport: all of it counts the same.",
        "es": "El trabajo, el cuidado de otros, los clubes, la fe, el deporte: todo cuenta por igual.",
    },
    word_limit=250,
    publishable=True,
)
PROGRESS = QuestionTemplate(
    key="progress",
    label={"en": "How has {nominee} grown as a student?", "es": "¿Cómo ha crecido {nominee} como estudiante?"},
    own_label={
        "en": "How have you grown as a student?",
        "es": "¿Cómo ha crecido como estudiante?",
    },
    short={"en": "Academic progress", "es": "Progreso académico"},
    hint={
        "en": "Progress, not rank: where it began and where it is now.",
        "es": "El progreso, no el puesto: dónde empezó y dónde está ahora.",
    },
    word_limit=150,
    sensitivity=Sensitivity.EDUCATION,
)
NEED = QuestionTemplate(
    key="need",
    kind=QuestionKind.CHOICE,
    label={"en": "Which of these fits the household?", "es": "¿Cuál de estas opciones describe su hogar?"},
    own_label={
        "en": "Which of these fits your household?",
        "es": "¿Cuál de estas opciones describe su hogar?",
    },
    short={"en": "Need", "es": "Necesidad"},
    hint={
        "en": "Only the organization's staff see this. We never ask about immigration status.",
        "es": "Solo lo ve el personal de la organización. Nunca preguntamos por la situación migratoria.",
    },
    choices=(
        ("free", {"en": "School meals are free", "es": "Las comidas escolares son gratuitas"}),
        ("reduced", {"en": "School meals cost a reduced price", "es": "Las comidas escolares tienen precio reducido"}),
        (
            "neither",
            {
                "en": "Neither, but college would be hard to pay for",
                "es": "Ninguna, pero costaría pagar la universidad",
            },
        ),
        ("unsaid", {"en": "I would rather not say", "es": "Prefiero no decirlo"}),
    ),
    required=False,
    scored=False,
    blind_visible=False,
    sensitivity=Sensitivity.NEED,
)
TRANSCRIPT = QuestionTemplate(
    key="transcript",
    kind=QuestionKind.FILE,
    label={"en": "A transcript", "es": "El expediente académico"},
    own_label={
        "en": "Your transcript",
        "es": "Su expediente académico",
    },
    short={"en": "Transcript", "es": "Expediente académico"},
    hint={
        "en": "What the school prints is enough, and a clear photograph of the paper will do. Only the organization's staff read it.",
        "es": "Basta el que imprime la escuela; sirve también una foto nítida del papel. Solo lo lee el personal de la organización.",
    },
    required=False,
    scored=False,
    blind_visible=False,
    sensitivity=Sensitivity.EDUCATION,
)
ADMITTED = QuestionTemplate(
    key="admitted",
    kind=QuestionKind.YES_NO,
    label={"en": "Has a college taken {nominee} already?", "es": "¿Ya admitió alguna universidad a {nominee}?"},
    own_label={
        "en": "Has a college taken you already?",
        "es": "¿Ya lo admitió alguna universidad?",
    },
    short={"en": "Taken by a college", "es": "Admisión"},
    hint={"en": "Not yet is fine: it changes nothing here.", "es": "Todavía no también vale: aquí no cambia nada."},
    required=False,
    scored=False,
    blind_visible=False,
)
COLLEGE = QuestionTemplate(
    key="college",
    kind=QuestionKind.LINE,
    label={"en": "Which college?", "es": "¿Qué universidad?"},
    short={"en": "College", "es": "Universidad"},
    hint={"en": "Its name, and the city.", "es": "Su nombre y la ciudad."},
    word_limit=20,
    required=False,
    scored=False,
    blind_visible=False,
    shown_if="admitted",
    shown_values=("yes",),
)
APPLICATION = (STATEMENT, PERSEVERANCE, CONTRIBUTION, PROGRESS, NEED, TRANSCRIPT, ANYTHING, ADMITTED, COLLEGE)
