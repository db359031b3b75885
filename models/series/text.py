"""From the bytes of a file to its lines of text."""

from models.series.problems import NotASeries

MEGABYTES = 5
ROWS = 100_000
LINE_BYTES = 65_536
ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")

# The first bytes of files that people try and that hold no plain text -> what to tell them.
SIGNATURES = {
    b"PK\x03\x04": "spreadsheet",
    b"PK\x05\x06": "spreadsheet",
    b"\xd0\xcf\x11\xe0": "spreadsheet",
    b"\x1f\x8b": "packed",
    b"BZh": "packed",
    b"7z\xbc\xaf": "packed",
    b"Rar!": "packed",
    b"\xfd7zXZ": "packed",
    b"%PDF": "not_text",
    b"\x89PNG": "not_text",
    b"\xff\xd8\xff": "not_text",
    b"PAR1": "not_text",
    b"SQLite format": "not_text",
}
# In GB 2312, the 3,755 most common characters have these first bytes (and a second from 0xA1).
COMMON_HANZI = range(0xB0, 0xD8)


def decode(content: bytes, encoding: str = "auto") -> tuple[str, str]:
    """Return a file's text and the encoding it was read by.

    Args:
        content: the whole file, at most ``MEGABYTES``.
        encoding: one of ``ENCODINGS``, or "auto" to find it: UTF-8, UTF-16 with and without a byte-order
            mark, and GB 18030 (GBK) where most of its characters are common ones. Western text in any
            other encoding is not guessed.

    Raises:
        NotASeries: "empty", "too_large", "spreadsheet", "packed", "not_text", "encoding" or "nul".
    """
    if len(content) > MEGABYTES * 2**20:
        raise NotASeries("too_large", megabytes=MEGABYTES)
    if not content.strip():
        raise NotASeries("empty")
    for signature, reason in SIGNATURES.items():
        if content.startswith(signature):
            raise NotASeries(reason)
    name = _find_encoding(content) if encoding == "auto" else encoding
    try:
        text = content.decode("utf-8-sig" if name == "utf-8" else name)
    except (UnicodeDecodeError, LookupError):
        raise NotASeries("encoding") from None
    if "\0" in text:
        raise NotASeries("nul", line=text.count("\n", 0, text.index("\0")) + 1)
    if _is_binary(text):
        raise NotASeries("not_text")
    return text.removeprefix("\ufeff"), "utf-16" if name.startswith("utf-16") else name


def _find_encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = max(1, len(content) // 2)
    if content[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    if content[::2].count(0) > 0.4 * half:
        return "utf-16-be"
    if _decodes(content, "utf-8"):
        return "utf-8"
    if _decodes(content, "gb18030") and _is_chinese(content):
        return "gb18030"
    raise NotASeries("encoding")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(content: bytes) -> bool:
    """Tell GBK from Western letters that happen to be valid GBK: in Chinese, common characters prevail."""
    characters = {character for character in content.decode("gb18030") if character >= "\u2e80"}
    common = 0
    for character in characters:
        pair = character.encode("gb18030")
        common += len(pair) == 2 and pair[0] in COMMON_HANZI and pair[1] >= 0xA1
    return bool(characters) and common >= len(characters) / 2


def _is_binary(text: str) -> bool:
    controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\v")
    return controls > 0.01 * len(text)


def split_lines(text: str) -> list[str]:
    """Return the lines, without their ends.

    Raises:
        NotASeries: "empty", "too_many_rows" or "long_line".
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise NotASeries("empty")
    if len(lines) > ROWS + 1:
        raise NotASeries("too_many_rows", rows=ROWS)
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_BYTES // 4 and len(line.encode("utf-8", "replace")) > LINE_BYTES:
            raise NotASeries("long_line", line=number, kilobytes=LINE_BYTES // 1024)
    return lines
