"""Uploads: in parts that may be lost, repeated or sent twice at once; cleaned by the worker; kept in a folder or in a bucket."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import HOME, clock
from portal.config import BadSetting, Settings
from portal.db import db, transaction
from portal.demo.makers import NOW, make_organisation, make_person
from portal.errors import Refused
from portal.files import actions, queries, rules, scanning, storage
from portal.files.models import FilePart, StoredFile
from portal.files.rules import LETTER, FileState
from portal.jobs import worker
from portal.jobs.models import Job
from portal.people.models import Person
from tests.support import hostile
from tests.support.apps import free_port


@pytest.fixture
def owner(app):
    with transaction():
        make_organisation()
        return make_person("Ana Souza", email="ana@example.org").id


def who(owner):
    return db.session.get_one(Person, owner)


@pytest.fixture
def kept(app, monkeypatch):
    """The names that lie in the store."""
    monkeypatch.setitem(app.extensions, "portal.files", storage.Folder(Path(app.instance_path) / os.urandom(4).hex()))
    return lambda: sorted(name for under in ("parts", "clean") for name, _at in storage.store().names(under))


def send(owner, data, *, size=None, name="letter.pdf", step=1000, until=None, at=NOW):
    """Send a file in parts, as a browser does, up to `until`."""
    with transaction():
        number = actions.begin(
            who(owner), who(owner), LETTER, name=name, size=len(data) if size is None else size, mark="m", at=at
        ).id
    while True:
        with transaction():
            file = db.session.get_one(StoredFile, number)
            begins = file.received
            part = data[begins : begins + step]
            if file.state is not FileState.RECEIVING or not part or (until is not None and begins >= until):
                return number
            actions.add_part(file, part, begins=begins, at=at)


def file(number):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(StoredFile, number)


def work(at=NOW):
    with clock.at(at):
        worker.run_once(at=at)


def test_a_file_sent_in_parts_is_whole_cleaned_and_its_parts_thrown_away(owner, kept):
    data = hostile.everywhere()
    number = send(owner, data)
    assert file(number).state is FileState.RECEIVED
    assert b"".join(storage.store().get(f"parts/{part.key}") for part in queries.parts_of(file(number))) == data
    with pytest.raises(LookupError):
        queries.content(file(number))
    work()
    work()
    clean = file(number)
    assert (clean.state, clean.pages, clean.clean_size) == (FileState.CLEAN, 1, len(queries.content(clean)))
    assert "Dear committee" in clean.text
    assert hostile.SECRET.encode() not in queries.content(clean)
    assert kept() == [f"clean/{clean.key}/page-1", f"clean/{clean.key}/whole"]
    assert clean.name == "letter.pdf"
    with transaction():
        actions.remove(db.session.get_one(StoredFile, number), by=who(owner), at=NOW)
    work()
    assert kept() == []
    assert file(number).text == ""


def test_an_upload_goes_on_where_a_lost_network_left_it(owner, kept):
    data = hostile.plain_pdf("one", "two")
    number = send(owner, data, step=300, until=600)
    assert file(number).received == 600
    assert send(owner, data, step=300) == number  # another visit, the same file: the same upload
    assert file(number).state is FileState.RECEIVED
    work()
    assert file(number).state is FileState.CLEAN


def test_a_part_sent_twice_or_out_of_turn_is_told_where_the_file_stands(owner, kept):
    data = hostile.plain_pdf()
    number = send(owner, data, step=400, until=400)
    for begins in (0, 800):
        with pytest.raises(actions.Elsewhere) as told, transaction():
            actions.add_part(db.session.get_one(StoredFile, number), data[:400], begins=begins, at=NOW)
        assert told.value.received == 400
    with pytest.raises(Refused), transaction():  # more than was announced
        actions.add_part(db.session.get_one(StoredFile, number), data + b"more", begins=400, at=NOW)
    assert file(number).received == 400
    assert len(kept()) == 1


def test_two_windows_that_send_one_part_at_once_leave_one(owner, kept, app):
    data = hostile.plain_pdf()
    with transaction():
        number = actions.begin(who(owner), who(owner), LETTER, name="x.pdf", size=len(data), at=NOW).id
    told, start = [], threading.Barrier(3)

    def window():
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    actions.add_part(db.session.get_one(StoredFile, number), data[:400], begins=0, at=NOW)
                told.append("taken")
            except actions.Elsewhere as elsewhere:
                told.append(elsewhere.received)
            finally:
                db.session.remove()

    windows = [threading.Thread(target=window) for _ in range(3)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert sorted(map(str, told)) == ["400", "400", "taken"]
    assert file(number).received == 400
    assert len(kept()) == len(db.session.scalars(select(FilePart)).all()) == 1


def test_a_refused_file_keeps_its_word_and_nothing_else(owner, kept):
    number = send(owner, hostile.scripted("opened"))
    work()
    work()
    assert (file(number).state, file(number).problem) == (FileState.REFUSED, "scripted")
    assert kept() == []


def test_what_is_too_big_too_much_or_nothing_is_refused_before_it_is_sent(owner, monkeypatch):
    for size, words in ((0, "empty"), (-1, "empty"), (rules.MOST_BYTES + 1, "20.0 MB")):
        with pytest.raises(Refused, match=words), transaction():
            actions.begin(who(owner), who(owner), LETTER, name="x.pdf", size=size, at=NOW)
    monkeypatch.setattr(rules, "QUOTA_BYTES", 3000)
    send(owner, hostile.plain_pdf(), until=0)
    with pytest.raises(Refused, match="100 MB"), transaction():
        actions.begin(who(owner), who(owner), LETTER, name="y.pdf", size=2900, at=NOW)


def test_an_upload_that_nobody_goes_on_with_is_swept_away(owner, kept):
    number = send(owner, hostile.plain_pdf(), step=300, until=300)
    work(NOW + timedelta(days=6))
    assert file(number).state is FileState.RECEIVING
    work(NOW + timedelta(days=8))
    work(NOW + timedelta(days=8))
    assert file(number).state is FileState.REMOVED
    assert kept() == []


def test_a_cleaning_that_broke_is_done_again(owner, kept, monkeypatch):
    number = send(owner, hostile.plain_pdf())

    def breaks(*_anything, **_more):
        msg = "no memory just now"
        raise RuntimeError(msg)

    with monkeypatch.context() as broken:
        broken.setattr("portal.files.sandbox.clean", breaks)
        work()
    assert file(number).state is FileState.RECEIVED
    work(NOW + timedelta(hours=1))
    assert file(number).state is FileState.CLEAN


# ---------------------------------------------------------------- the scanner


class Scanner:
    """A virus scanner on a socket, which finds what holds its word."""

    def __init__(self):
        self.line = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.line.getsockname()[1]}"
        self.asked = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                line, _who = self.line.accept()
            except OSError:
                return
            with line, line.makefile("rb") as heard:
                assert heard.read(10) == b"zINSTREAM\0"
                data = b""
                while size := struct.unpack("!I", heard.read(4))[0]:
                    data += heard.read(size)
                self.asked.append(data)
                line.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in data else b"stream: OK\0")


def scanned_by(app, monkeypatch, address):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], scanner=address))


def test_a_scanner_sees_what_came_and_what_is_clean_and_nothing_passes_without_it(app, owner, kept, monkeypatch):
    scanner = Scanner()
    away = f"tcp://127.0.0.1:{free_port()}"
    scanned_by(app, monkeypatch, away)
    data = hostile.plain_pdf()
    number = send(owner, data)
    work()
    assert file(number).state is FileState.RECEIVED  # it fails closed
    assert file(number).waits_for_scanner
    with pytest.raises(scanning.ScannerAway):
        scanning.infected(b"x", address=away)
    scanned_by(app, monkeypatch, scanner.address)
    work(NOW + timedelta(minutes=6))
    assert file(number).state is FileState.CLEAN
    assert scanner.asked == [data, queries.content(file(number))]
    infected = send(owner, hostile.plain_pdf("EICAR") + b"%EICAR\n%%EOF\n", name="y.pdf")
    work(NOW + timedelta(minutes=7))
    assert (file(infected).state, file(infected).problem) == (FileState.REFUSED, "infected")
    scanner.line.close()


# ---------------------------------------------------------------- places


@pytest.fixture(scope="module")
def bucket():
    """A server that speaks S3, in a process of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    beside = HOME / ".venv" / "bucket"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", url.rpartition(":")[2]],
        env={**os.environ, "PYTHONPATH": str(beside)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request"}
    made = urllib.request.Request(f"{url}/uploads", data=b"", method="PUT", headers=signed)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(made, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_folder_and_a_bucket_keep_alike(place, tmp_path, request):
    if place == "folder":
        store = storage.Folder(tmp_path)
    else:
        url = request.getfixturevalue("bucket")
        settings = Settings(files_url="s3://uploads/portal", files_endpoint=url, files_key="x", files_secret="y")
        store = storage.Bucket(settings)
    begun = datetime.now(UTC) - timedelta(minutes=1)
    store.put("parts/aa11", b"one")
    store.put("parts/aa11", b"two")
    store.put("clean/bb22/whole", b"\x00" * 300_000)
    store.put("clean/bb22/page-1", b"three")
    assert store.get("parts/aa11") == b"two"
    assert len(store.get("clean/bb22/whole")) == 300_000
    found = dict(store.names("clean"))
    assert sorted(found) == ["clean/bb22/page-1", "clean/bb22/whole"]
    assert all(begun < put < datetime.now(UTC) + timedelta(minutes=1) for put in found.values())
    store.delete("clean/bb22/whole")
    store.delete("clean/bb22/whole")
    with pytest.raises(FileNotFoundError):
        store.get("clean/bb22/whole")
    for name in ("../secret", "/etc/passwd", "parts/../../x", "parts", "Parts/AA", "parts/a\x00b", ""):
        with pytest.raises(ValueError, match="name"):
            store.put(name, b"")


def test_bad_settings_for_files_stop_the_start():
    for wrong in ({"files_url": "http://x"}, {"files_url": "s3://"}, {"files_key": "x"}, {"scanner": "localhost:3310"}):
        with pytest.raises(BadSetting):
            Settings(**wrong)


def test_jobs_of_files_are_asked_for_once(owner, kept):
    send(owner, hostile.plain_pdf())
    assert [job.kind for job in db.session.scalars(select(Job))] == [actions.JOB]
