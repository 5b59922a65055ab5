"""Rules for the types of libraries, which are never imported here: a value of theirs shows that they are loaded."""
