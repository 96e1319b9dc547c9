"""The inbox behind the bell: what concerns a person, said in the reader's language."""
