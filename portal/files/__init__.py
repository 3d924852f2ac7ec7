"""Files that people upload: received in parts, cleaned in a process apart, kept under names of our own, served safely."""
