"""Merkle trees as in RFC 6962: leaves and nodes are hashed apart, the left half is the largest power of two."""

import hashlib
from collections.abc import Iterable, Sequence


def leaf(entry_hash: str) -> bytes:
    """The leaf of an entry: SHA-256 over 0x00 and the 32 bytes of its hash."""
    return hashlib.sha256(b"\0" + bytes.fromhex(entry_hash)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves as they come; keeps as many hashes as the tree is high."""
    stack: list[tuple[int, bytes]] = []
    for one in leaves:
        size, current = 1, one
        while stack and stack[-1][0] == size:
            size, current = size * 2, _node(stack.pop()[1], current)
        stack.append((size, current))
    if not stack:
        return hashlib.sha256(b"").digest()
    _, folded = stack.pop()
    while stack:
        folded = _node(stack.pop()[1], folded)
    return folded


class Tree:
    """A whole tree in memory, for many proofs: 64 bytes a leaf."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = [_node(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
            # A last one without a neighbour goes up as it is: so the left half is a power of two, as the RFC has it.
            self._levels.append(pairs + below[len(pairs) * 2 :])

    @property
    def root(self) -> bytes:
        """The root."""
        return self._levels[-1][0]

    def path(self, index: int) -> list[bytes]:
        """The inclusion proof of a leaf: its neighbours from the bottom up."""
        found: list[bytes] = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(level[beside])
            index //= 2
        return found
