"""By which names the page may be asked for: other sites' names that lead here could read it."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Hosts:
    """Names that a request's Host may have; addresses are always fine, as no other site has ours.

    Attributes:
        public: the address that others know the page by, if the host told it.
        local: whether this machine alone reaches us; then without ``public`` only it has a name.
    """

    public: str | None = None
    local: bool = False

    def allows(self, host: str) -> bool:
        """Whether a request for ``host`` is for us."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or _is_address(name):
            return True
        if self.public:
            return name == (urlsplit(self.public).hostname or "").lower()
        return not self.local


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
