"""Which part of a file a request asks for (RFC 9110 §14)."""


def byte_range(text: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range, or None to send everything. Raises ValueError where none lies inside."""
    unit, _, spec = text.partition("=")
    first_text, dash, last_text = spec.strip().partition("-")
    if unit.strip() != "bytes" or not dash or "," in spec:
        return None
    if not all(part == "" or (part.isascii() and part.isdecimal()) for part in (first_text, last_text)):
        return None
    if first_text == "":
        if last_text == "":
            return None
        first, last = max(0, size - int(last_text)), size - 1
    else:
        first, last = int(first_text), min(int(last_text) if last_text else size - 1, size - 1)
    if first >= size or first > last:
        raise ValueError(text)
    return first, last
