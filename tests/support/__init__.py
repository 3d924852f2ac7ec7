"""What the tests share: databases, the app and its client, a browser, a mail server. See tests/README.md."""
