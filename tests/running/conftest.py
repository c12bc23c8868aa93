"""The programs in ``scripts`` are run by the tests, not imported by pytest."""

collect_ignore = ["scripts"]
