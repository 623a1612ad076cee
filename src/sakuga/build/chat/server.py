"""Where a language model is asked: the address, the key, and whether anybody answers there."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sakuga.build.chat.kept import cache_folder, opened
from sakuga.core.errors import RequestError

if TYPE_CHECKING:
    from openai import OpenAI

OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # the client wants one; a server of one's own does not
_KEY_LIKE = re.compile(r"\b(?:sk|key)-[\w*.\-]{6,}")
_LOGGERS = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")  # they tell of every request


@dataclass(frozen=True, slots=True)
class Server:
    """How a room asks; its fields are those of the same name of the room's backend.

    room: whose errors these are. key_variable: the environment variable with the key; empty:
    OPENAI_API_KEY where the server is OpenAI's own, elsewhere none. A limit of 0 is none.
    """

    room: str
    base_url: str
    key_variable: str
    concurrency: int
    requests_per_minute: float
    tokens_per_minute: float
    budget: int  # tokens that one command may spend
    attempts: int  # how often one question is asked before it is given up
    timeout: float  # seconds
    first_wait: float  # seconds before the second attempt; doubled before each further one
    longest_wait: float  # seconds
    cache: str  # a folder, `none`, or empty for the user's own

    @property
    def called(self) -> str:
        """How messages name it: without anything that might be secret."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"

    @property
    def official(self) -> bool:
        """Whether it is OpenAI's own."""
        return self.base_url.rstrip("/").startswith(OPENAI.removesuffix("/v1"))

    @property
    def key(self) -> str | None:
        """The key, from the environment."""
        variable = self.key_variable or ("OPENAI_API_KEY" if self.official else "")
        return os.environ.get(variable, "").strip() or None

    def redacted(self, text: object) -> str:
        """A message of the server's or the client's without the key, or what looks like one."""
        said = " ".join(str(text).split())
        if self.key:
            said = said.replace(self.key, "[key]")
        said = _KEY_LIKE.sub("[key]", said)
        return said if len(said) <= 300 else said[:299] + "…"

    def check(self) -> None:
        """Raise RequestError where nobody answers, or not to this key, or nothing can be kept."""
        self._check_address()
        with opened(cache_folder(self.cache), self.room):
            pass
        if not self.key and (self.key_variable or self.official):
            variable = self.key_variable or "OPENAI_API_KEY"
            raise RequestError(
                f"[{self.room}] {self.called} wants a key, and {variable} is not set: "
                f"export {variable}=..., or name another variable in {self.room}.key_variable"
            )
        self._reach()

    def _check_address(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            named = False
        if not named:
            raise RequestError(
                f"[{self.room}] base_url = {self.redacted(self.base_url)!r}: must begin with "
                "http:// or https:// and name a host, such as http://localhost:8000/v1"
            )
        parts = urlsplit(self.base_url)
        if parts.username or parts.password or parts.query:
            raise RequestError(
                f"[{self.room}] base_url of {self.called} holds a name, password or query: "
                f"give a key by the environment, and its variable in {self.room}.key_variable"
            )

    def _reach(self) -> None:
        import openai

        with client_of(self) as client:
            try:
                client.models.list()
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                problem = self.redacted(error)
                raise RequestError(
                    f"[{self.room}] {self.called} refuses the key: {problem}. Check the "
                    f"environment variable that {self.room}.key_variable names"
                ) from None
            except openai.APIConnectionError as error:
                problem = self.redacted(error.__cause__ or error)
                raise RequestError(
                    f"[{self.room}] no server answers at {self.called} ({problem}). Start it, or "
                    f"set {self.room}.base_url to where it is"
                ) from None
            except openai.OpenAIError:
                return  # it answers; that it lists no models is no reason not to ask


def server_of(recipe: Any, room: str) -> Server:
    """The server of a backend that has its fields."""
    named = {f.name: getattr(recipe, f.name) for f in fields(Server) if f.name != "room"}
    return Server(room, **named)


def client_of(server: Server) -> OpenAI:
    """OpenAI's client, which neither tries again by itself nor logs."""
    import openai

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    return openai.OpenAI(
        api_key=server.key or _NO_KEY,
        base_url=server.base_url,
        timeout=openai.Timeout(server.timeout, connect=min(10.0, server.timeout)),
        max_retries=0,
        http_client=openai.DefaultHttpxClient(limits=_limits(server.concurrency)),
    )


def _limits(connections: int) -> Any:
    import httpx2

    return httpx2.Limits(max_connections=connections + 1, max_keepalive_connections=connections + 1)
