"""The yardstick: a Flask page with nothing in it. One request of it under gunicorn, 2 processes x 4 threads, is one "bare page"."""

from __future__ import annotations

from flask import Flask, request

app = Flask(__name__)
LARGE = b"x" * 6_000_000


@app.route("/", methods=["GET", "POST"])
def page() -> str:
    """Return almost nothing, having read whatever form was sent."""
    return f"<!doctype html><title>Bare</title><p>{'Thank you' if request.form else 'A page'}.</p>"


@app.get("/large")
def large() -> bytes:
    """Return more than a socket's buffers hold, for readers that take their time."""
    return LARGE
