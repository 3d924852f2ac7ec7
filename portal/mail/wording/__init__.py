"""Staff's own words for messages: written in the browser with a few named fields, kept in versions, put in when a message leaves."""
