"""Plain text: its encodings, paragraphs joined over line ends, page furniture left in it."""
