"""The voice gateway's part of DAVE: as MLS's external sender it proposes who is in the call.

Source: https://daveprotocol.com, RFC 9420 (sections 6, 12.1 and 12.1.8), cipher suite 2.
"""

import struct

import davey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = davey.DAVE_PROTOCOL_VERSION
_MLS_10 = _PUBLIC_MESSAGE = _BASIC = _ADD = b"\x00\x01"
_EXTERNAL, _PROPOSAL = b"\x02", b"\x02"
_FIRST_EPOCH = 0


class ExternalSender:
    """Signs proposals."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def package(self) -> bytes:
        """Its public key and name, which every member keeps."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _vector(point) + _BASIC + _vector(b"voice gateway")

    def proposal(self, channel: int, key_package: bytes) -> bytes:
        """That somebody joins the call of a channel; a vector of one message."""
        content = (
            _vector(struct.pack(">Q", channel))
            + struct.pack(">Q", _FIRST_EPOCH)
            + _EXTERNAL
            + struct.pack(">I", 0)
            + _vector(b"")
            + _PROPOSAL
            + _ADD
            + key_package
        )
        framed = _MLS_10 + _PUBLIC_MESSAGE + content
        label = _vector(b"MLS 1.0 FramedContentTBS")
        signature = self._key.sign(label + _vector(framed), ec.ECDSA(hashes.SHA256()))
        return _vector(framed + _vector(signature))


class Listener:
    """Somebody else in the call, who hears what is decrypted there."""

    def __init__(self, user: int, channel: int, sender: ExternalSender) -> None:
        self._session = davey.DaveSession(VERSION, user, channel)
        self.key_package = self._session.get_serialized_key_package()
        self._session.set_external_sender(sender.package())

    def admit(self, proposal: bytes) -> bytes:
        """Let another one in; gives the welcome."""
        made = self._session.process_proposals(davey.ProposalsOperationType.append, proposal)
        assert made is not None
        assert made.welcome is not None
        self._session.process_commit(made.commit)
        return made.welcome

    def hear(self, user: int, frame: bytes) -> bytes | None:
        """A frame of Opus; None where it was not encrypted for this call."""
        try:
            return self._session.decrypt(user, davey.MediaType.audio, frame)
        except ValueError:
            return None


def _vector(data: bytes) -> bytes:
    """Bytes with their number before them, as MLS writes it."""
    if len(data) < 1 << 6:
        return bytes([len(data)]) + data
    if len(data) < 1 << 14:
        return struct.pack(">H", len(data) | 1 << 14) + data
    return struct.pack(">I", len(data) | 1 << 31) + data
