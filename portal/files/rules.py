"""What may be uploaded, what a file is by its content, and the life of one. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from portal.errors import N_, Refused
from portal.lives import Life

MOST_BYTES = 20 * 1024 * 1024  # of one file
QUOTA_BYTES = 100 * 1024 * 1024  # of one person's files together
MOST_PART = 4 * 1024 * 1024  # of one part, as a browser sends them one after another
HEAD = 4096  # bytes that tell what a file is
NAME = 120


class Kind(StrEnum):
    """What a file is, as its media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"

    @property
    def ending(self) -> str:
        """The ending of its name."""
        return {Kind.PDF: ".pdf", Kind.JPEG: ".jpg", Kind.PNG: ".png", Kind.WEBP: ".webp"}[self]


class Purpose(NamedTuple):
    """What a file is for: the most pages it may have, and how the field that asks for it is called."""

    name: str
    most_pages: int


LETTER = Purpose("letter", 10)
RESUME = Purpose("resume", 2)
ANSWER = Purpose("answer", 10)
PORTRAIT = Purpose("portrait", 1)  # a photograph of somebody honored
SCAN = Purpose("scan", 30)  # of a form that came on paper
OFFICE = frozenset({PORTRAIT.name, SCAN.name})  # what the office sends counts against nobody's quota
PROOF = Purpose("proof", 6)  # of enrollment, or a guardian's signature
PURPOSES = {purpose.name: purpose for purpose in (LETTER, RESUME, ANSWER, PORTRAIT, SCAN, PROOF)}


class FileState(StrEnum):
    """Where a file stands."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    CLEAN = "clean"
    REFUSED = "refused"
    REMOVED = "removed"


class FileStep(StrEnum):
    """What happens to a file."""

    ARRIVE = "arrive"
    CLEAN = "clean"
    REFUSE = "refuse"
    REMOVE = "remove"


_F, _S = FileState, FileStep
FILE: Life[FileState, FileStep] = Life(
    "file",
    {
        (_F.RECEIVING, _S.ARRIVE): _F.RECEIVED,
        (_F.RECEIVING, _S.REFUSE): _F.REFUSED,
        (_F.RECEIVED, _S.CLEAN): _F.CLEAN,
        (_F.RECEIVED, _S.REFUSE): _F.REFUSED,
        **{(state, _S.REMOVE): _F.REMOVED for state in _F if state is not _F.REMOVED},
    },
    refusal=N_("This file is %(state)s, so that cannot be done with it now."),
)

PDF_HOW = N_(
    "This is a word processor's document, which can carry macros and the names of everyone who edited it. Send a PDF: in Word choose "
    "File, Save As, PDF; in Google Docs choose File, Download, PDF; in Pages choose File, Export To, PDF."
)
HEIC_HOW = N_(
    "This is an HEIC photograph, which not every computer can show. On an iPhone choose Settings, Camera, Formats, Most Compatible, and "
    "take it again; or share it as a JPEG."
)
WRONG_KIND = N_(
    "This is not a PDF, JPEG, PNG or WebP file, whatever its name says. Save it as one of these and send it again."
)
EMPTY = N_("The file is empty. Choose it again; if it stays empty, save it anew first.")
TOO_BIG = N_(
    "The file is %(size)s; at most 20 MB can be sent. A PDF saved as “smaller file”, or fewer photographs in it, helps."
)
QUOTA = N_("Your files together would pass 100 MB. Take one out first.")
# What the cleaner says, by its word.
VERDICTS = {
    "encrypted": N_("This PDF is locked with a password. Save it without one and send it again."),
    "scripted": N_(
        "This PDF carries a script, a form that acts, or a command to start something. Print it to a new PDF and send that."
    ),
    "endless": N_("This PDF is built so that drawing it would not end. Print it to a new PDF and send that."),
    "bomb": N_("This file unpacks to far more than it seems to hold. Save it anew and send that."),
    "pixels": N_(
        "This picture has more pixels than can be handled, 50 million at most. Make it smaller and send it again."
    ),
    "frames": N_("This picture moves. Send one that does not."),
    "truncated": N_("The end of this file is missing. Choose it once more, or save it anew first."),
    "damaged": N_("This file cannot be read: it is damaged. Save it anew and send that."),
    "unusual": N_("This PDF is made in a way that cannot be cleaned. Print it to a new PDF and send that."),
    "pages": N_("This PDF has too many pages: %(most)s at most."),
    "blank": N_("This PDF has no page. Save it anew and send that."),
    "infected": N_(
        "The virus scanner found something in this file, so it was thrown away. Have your computer checked."
    ),
}

_OFFICE = (b"word/", b"[Content_Types].xml", b"application/vnd.oasis", b"Index/Document.iwa", b"docProps/")


def sniff(head: bytes) -> Kind:
    """Return what a file is by its first bytes. Raises `Refused` with a sentence for whatever else it is.

    The mark must stand at the very beginning: what begins as something else and turns into a PDF later is not taken for one.
    """
    if not head:
        raise Refused(EMPTY, field="file")
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    office = head.startswith(b"PK\x03\x04") and any(mark in head for mark in _OFFICE)
    if office or head.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")):
        raise Refused(PDF_HOW, field="file")
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"}:
        raise Refused(HEIC_HOW, field="file")
    raise Refused(WRONG_KIND, field="file")


def check_size(size: int, *, held: int) -> None:
    """Refuse an empty file, one that is too big, or one too many. `held` is what the person's other files come to."""
    if size <= 0:
        raise Refused(EMPTY, field="file")
    if size > MOST_BYTES:
        raise Refused(TOO_BIG, field="file", size=said_size(size))
    if held + size > QUOTA_BYTES:
        raise Refused(QUOTA, field="file")


def said_size(size: int) -> str:
    """Return a size as a person says it."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"


def safe_name(name: str) -> str:
    """Return the name of an upload as it may be shown: no folders, nothing that turns text around or cannot be seen."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name.replace("\x00", "")))[-1]
    seen = "".join(
        c if unicodedata.category(c)[0] not in {"C", "Z"} else " " for c in last if unicodedata.category(c) != "Cf"
    )
    plain = re.sub(r'[<>:"|?*\s]+', " ", seen).strip(" .")
    return plain[:NAME].rstrip(" .") or "file"


def download_name(name: str, kind: Kind) -> str:
    """Return the name that a download is saved under: as uploaded, with the ending of what it is."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name) or "file"
    return f"{stem}{kind.ending}"
