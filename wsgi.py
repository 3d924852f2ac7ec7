"""The WSGI entry: `app`, nothing else."""

from portal import create_app

app = create_app()
