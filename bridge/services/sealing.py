"""Encrypting small values with the bridge's own key. What is encrypted, and where it is kept, lives in `keeping`."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge.model.errors import ConfigError

_NONCE_BYTES = 12


class Seal:
    """AES-256-GCM, bound to a namespace and to each value's name, so that no two sealed values can be swapped."""

    def __init__(self, key: bytes, namespace: str) -> None:
        self._cipher, self._namespace = AESGCM(key), namespace

    def close(self, name: str, value: bytes) -> bytes:
        """The value sealed; it differs each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, self._bound(name))

    def open(self, name: str, sealed: bytes) -> bytes:
        """Raises ConfigError when it was sealed with another key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound(name))
        except InvalidTag as error:
            problem = "the vault was written with another key. Put the right bridge.key back, or set BRIDGE_KEY."
            raise ConfigError(problem=problem) from error

    def _bound(self, name: str) -> bytes:
        return f"{self._namespace}\n{name}".encode()
