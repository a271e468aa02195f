"""A body in pieces, packed in every way that servers know."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters._outside.inflate import Body, Swollen


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PLAIN = st.binary(max_size=2_000).filter(lambda data: not data.startswith(b"\x1f\x8b"))
PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
    "two members": ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    "with a tail": ("gzip", lambda data: gzip.compress(data) + b"\0\0\0\0"),
}


def read(encoding: str, raw: bytes, step: int = 1_000, wire: int = 10_000, decoded: int = 300_000) -> bytes:
    body = Body(encoding, wire, decoded)
    for at in range(0, len(raw), step):
        body.add(raw[at : at + step])
    return body.whole()


@pytest.mark.parametrize("packer", PACKERS)
@given(data=PLAIN | st.just(b"a" * 5_000), step=st.integers(1, 5_000))
def test_a_body_comes_out_as_it_was_wherever_it_is_cut(packer: str, data: bytes, step: int) -> None:
    encoding, pack = PACKERS[packer]

    assert read(encoding, pack(data), step) == data


@given(encoding=st.sampled_from(["gzip", "deflate"]), raw=st.binary(max_size=500), step=st.integers(1, 600))
def test_what_is_not_packed_at_all_is_a_mistake_of_one_kind(encoding: str, raw: bytes, step: int) -> None:
    try:
        read(encoding, raw, step)
    except ValueError:
        return


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "compress", "gzip\x00", "x"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError):
        Body(encoding, 1, 1)


@pytest.mark.parametrize("packer", ["gzip", "deflate", "bare deflate"])
def test_a_packed_body_without_its_end_is_refused(packer: str) -> None:
    encoding, pack = PACKERS[packer]

    with pytest.raises(ValueError):
        read(encoding, pack(b"hello, hello, hello")[:-3])


def test_a_body_of_a_thousand_packed_ones_is_refused() -> None:
    with pytest.raises(ValueError):
        read("gzip", gzip.compress(b"") * 400)


@pytest.mark.parametrize("packer", ["gzip", "deflate", "bare deflate"])
def test_a_bomb_is_cut_at_what_was_allowed(packer: str) -> None:
    encoding, pack = PACKERS[packer]

    with pytest.raises(Swollen):
        read(encoding, pack(bytes(5_000_000)), decoded=300_000)


def test_just_what_was_allowed_is_taken() -> None:
    packed = gzip.compress(bytes(300_000))

    assert len(read("gzip", packed, wire=len(packed), decoded=300_000)) == 300_000
    with pytest.raises(Swollen):
        read("gzip", packed, wire=len(packed) - 1)
    with pytest.raises(Swollen):
        read("gzip", packed, decoded=299_999)
