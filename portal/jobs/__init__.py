"""Work outside a request: rows with leases and progress, done by one worker (`portal work`)."""
