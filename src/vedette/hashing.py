"""Hashes of entries: ids are compared by 64 bits, whatever the type they are stored in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.spelling import canonical

Hashes = npt.NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_ODD2 = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
#: Keeps short texts apart from the small numbers that are ids themselves.
_TEXT = np.uint64(0x165667B19E3779F9)
#: Stands for a missing entry.
_NOTHING = np.array([0xC2B2AE3D27D4EB4F], np.uint64)


def mix(values: Hashes, salt: int = 0) -> Hashes:
    """Return well-mixed 64-bit hashes (multiply, fold, three rounds); equal inputs give equal outputs."""
    z = (values + np.uint64(salt)) * _ODD
    z ^= z >> _HALF
    z *= _ODD2
    z ^= z >> _HALF
    z *= _ODD2
    z ^= z >> _HALF
    return z


def hash_entries(column: pa.Array, salt: int = 0) -> Hashes:
    """Return a 64-bit hash of every entry, the same for an id stored as a number or as its decimal text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        table = np.append(hash_entries(column.dictionary, salt), mix(_NOTHING, salt))
        at = pc.fill_null(column.indices.cast(pa.int64()), len(table) - 1)
        found: npt.NDArray[np.uint64] = table[at.to_numpy(zero_copy_only=False)]
        return found
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        column = column.view(f"int{kind.bit_width}")
    if pa.types.is_integer(column.type):
        hashes = mix(pc.fill_null(column, 0).to_numpy().astype(np.int64).view(np.uint64), salt)
    else:
        hashes = _hash_texts(pc.fill_null(canonical(column), ""), salt)
    missing = nameless(column)
    if missing is not None:
        hashes[missing] = mix(_NOTHING, salt)
    return hashes


def nameless(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Return which entries are null or nan, None when none is: a row without an id is nobody's double."""
    if pa.types.is_dictionary(column.type):
        inside = nameless(column.dictionary)
        if inside is not None:
            index = pc.fill_null(column.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
            named: npt.NDArray[np.bool_] = np.append(inside, True)[index]
            return named
    if column.null_count == 0 and not pa.types.is_floating(column.type):
        return None
    missing = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    return missing if missing.any() else None


def _hash_texts(texts: pa.Array, salt: int) -> Hashes:
    """Hash strings eight bytes at a time over all rows of one length together."""
    _, offsets_buffer, bytes_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(bytes_buffer, np.uint8) if bytes_buffer else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    hashes = np.empty(len(texts), np.uint64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        hashes[rows] = _hash_fixed(data, offsets[rows], int(length), salt)
    return _as_integers(texts, lengths, hashes, salt)


def _hash_fixed(data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int32], length: int, salt: int) -> Hashes:
    words = -(-length // 8)
    padded = np.zeros((len(starts), max(words, 1) * 8), np.uint8)
    if length:
        padded[:, :length] = data[starts[:, None] + np.arange(length)]
    h = np.full(len(starts), length, np.uint64) ^ _TEXT
    for word in padded.view(np.uint64).T:
        h = mix(h ^ word, salt)
    return h


#: Decimal text of a whole number of up to 64 bits, signed or not (20 characters need a look at their size).
_WHOLE = r"^(0|-?[1-9]\d{0,18}|1\d{19})$"
_LEAST, _MOST = "-9223372036854775808", "18446744073709551615"


def _as_integers(texts: pa.Array, lengths: npt.NDArray[np.int32], hashes: Hashes, salt: int) -> Hashes:
    """Hash texts that spell a 64-bit integer as that integer, so that 7 and "7" are one id."""
    if not len(texts) or lengths.min() > len(_MOST):
        return hashes
    spelled = pc.match_substring_regex(texts, _WHOLE)
    long = lengths == len(_MOST)
    if long.any():
        limit = pc.if_else(pc.starts_with(texts, "-"), _LEAST, _MOST)
        spelled = pc.and_(spelled, pc.or_(pa.array(~long), pc.less_equal(texts, limit)))
    chosen = spelled.to_numpy(zero_copy_only=False)
    if chosen.any():
        hashes[chosen] = mix(_integers(texts.filter(spelled)), salt)
    return hashes


def _integers(digits: pa.Array) -> Hashes:
    """Return 64-bit patterns, those of negative numbers as int64 has them."""
    negative = pc.starts_with(digits, "-")
    values = np.empty(len(digits), np.uint64)
    below = negative.to_numpy(zero_copy_only=False)
    values[below] = digits.filter(negative).cast(pa.int64()).to_numpy().view(np.uint64)
    values[~below] = digits.filter(pc.invert(negative)).cast(pa.uint64()).to_numpy()
    return values
