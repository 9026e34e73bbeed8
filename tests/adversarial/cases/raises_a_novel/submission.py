"""Raise an error whose text is ten megabytes of control characters, and whose own text cannot be made."""




class Novel(Exception):
    def __str__(self):
        return "\x1b[2J\x00\u202e" * 2_000_000


def solve(x, w):
    raise Novel
