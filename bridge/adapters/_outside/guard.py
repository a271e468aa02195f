"""Where a request may go: the address as we read it, and which network addresses count as public. Pure: nothing is
resolved or asked here.

The one reader of addresses: what it made of one is what is resolved, connected to and named in the request, so that no
second reader can make something else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from bridge.model.errors import SourceForbidden

_LONGEST = 4_000
_PORTS = {"http": 80, "https": 443}
_SAFE = "!$&'()*+,;=:@/?%~-._[]|{}"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_INSIDE = ("localhost", "local", "internal", "home.arpa", "onion", "invalid", "test")

# https://www.iana.org/assignments/iana-ipv4-special-registry, without what is reachable from everywhere; then
# multicast, and the address at which one provider's machines find its host services though it counts as public.
_CLOSED_4 = tuple(
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    )
)
# https://www.iana.org/assignments/ipv6-address-space: only 2000::/3 is given out as global unicast, so that NAT64,
# link-local, unique local, multicast and the rest fall outside. Of it closed: protocol assignments with Teredo,
# documentation, 6to4.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))


@dataclass(frozen=True, slots=True)
class Address:
    """What a request needs to know of a URL. `host`: ASCII, small letters, no closing dot, no brackets. `target`: path
    and query, quoted."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """As it stands in a URL and in the Host header: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.origin}{self.target}"


def read_address(url: str) -> Address:
    """An http or https URL. SourceForbidden for everything else: other schemes, credentials, no host, blanks or control
    characters where they do not belong, more than 4,000 characters."""
    if len(url) > _LONGEST or any(character < " " or "\x7f" <= character < "\xa0" for character in url):
        raise SourceForbidden(host="")
    try:
        return _read(urlsplit(url.strip(" ")))
    except ValueError:  # unicode's errors included
        raise SourceForbidden(host="") from None  # its words may hold the credentials that stood in it


def read_onward(base: Address, location: str) -> Address:
    """Where a redirect leads that was read at `base`."""
    try:
        return read_address(urljoin(base.url, location.strip(" \t")))
    except ValueError:
        raise SourceForbidden(host=base.host) from None


def _read(parts: SplitResult) -> Address:
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or set(parts.netloc) & set("@\\%"):
        raise ValueError("no address to ask at")
    if "[" in parts.netloc and ":" not in parts.hostname:
        raise ValueError("no address of a known version")
    port = parts.port if parts.port is not None else _PORTS[scheme]
    path = quote(parts.path, safe=_SAFE) or "/"
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return Address(scheme, _host(parts.hostname), port, path + query)


def _host(typed: str) -> str:
    """One spelling of a name or a literal. A name that ends in a number must be an address in its usual spelling: some
    resolvers read 0x7f.1 and 2130706433 as 127.0.0.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
    if ":" in typed:
        return str(IPv6Address(typed))
    name = typed.removesuffix(".")
    if len(name) > 253:
        raise ValueError("longer than a name can be")
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
    labels = name.lower().split(".")
    if not all(0 < len(label) < 64 and set(label) <= _NAME for label in labels):
        raise ValueError("not a name")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        return str(IPv4Address(".".join(labels)))
    return ".".join(labels)


def is_inside(host: str) -> bool:
    """Whether a host's name alone says that it stands in some network of its own (RFC 6761, 6762, 8375)."""
    if is_literal(host):
        return False
    return "." not in host or host.endswith(tuple(f".{end}" for end in _INSIDE))


def is_literal(host: str) -> bool:
    """Whether a host is a network address itself."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def is_public(address: str) -> bool:
    """Whether a network address may be asked by anybody, anywhere. IPv4 inside IPv6 counts as what it is; an address
    that leads through a translator or a tunnel (NAT64, 6to4, Teredo) never does."""
    if "%" in address:
        return False
    read = ip_address(address)
    if isinstance(read, IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    if isinstance(read, IPv4Address):
        return not any(read in block for block in _CLOSED_4)
    return read in _OPEN_6 and not any(read in block for block in _CLOSED_6)
