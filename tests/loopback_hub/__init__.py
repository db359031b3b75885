"""A small Hugging Face Hub of our own on loopback, in memory, for the real ``huggingface_hub`` client.

It knows models and Spaces, and speaks just enough for ``training`` and ``models.store``: who am I, create,
preupload, LFS, commit, tags, info, tree, download. A test can make it refuse, hang, break the connection, or serve
a wrong or a shortened file, and can count the requests of each kind (the names of the handlers in ``build_app``).
"""

import asyncio
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import Request

from tests.loopback_hub.repository import LOST_AFTER, LOST_BEFORE, Refusal, Repository
from tests.loopback_hub.routes import ORGANISATION, build_app

WRITER = "hf_writer"
READER = "hf_reader"
USERS = {WRITER: ("alice", "write"), READER: ("alice", "read"), "hf_bob": ("bob", "write")}
START_SECONDS = 10


@dataclass(frozen=True)
class Fault:
    """What goes wrong, for requests of one kind to one repository (None: all).

    status None means: hang; LOST_BEFORE and LOST_AFTER: the connection breaks, before or after the request is done.
    """

    status: int | None
    kind: str | None
    repo_id: str | None
    code: str | None
    message: str


class LoopbackHub:
    """The Hub's state, its server, and the faults that a test switches on."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.reset()

    def reset(self):
        """Forget all repositories, requests and faults; requests that hang get an answer."""
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}
        self.requests = Counter()
        self.faults: list[Fault] = []
        self.served: dict[tuple[str, str], bytes] = {}
        self.taken: set[str] = set()

    # What a test does and asks

    def put(self, folder: Path, repo_id, tag=None):
        """Publish a folder's files without a client, and return the sha."""
        repository = self.repositories.get(repo_id) or self.create(repo_id)
        commit = repository.commit("Put", {path.name: path.read_bytes() for path in folder.iterdir()})
        if tag:
            repository.tags[tag] = commit.sha
        return commit.sha

    def fail(self, status, kind=None, repo_id=None, code=None, message="A fault of the test."):
        """Answer with this status from now on."""
        self.faults.append(Fault(status, kind, repo_id, code, message))

    def hang(self, kind=None, repo_id=None):
        """Do not answer from now on, until ``mend`` or ``reset``."""
        self.faults.append(Fault(None, kind, repo_id, None, "It hung."))

    def lose(self, kind=None, repo_id=None, after=False):
        """Break the connection from now on, before anything is done or after it, so that the answer is lost."""
        self.faults.append(Fault(LOST_AFTER if after else LOST_BEFORE, kind, repo_id, None, "It was lost."))

    def take(self, repo_id):
        """Let something that is no model repository have this name."""
        self.taken.add(repo_id)

    def mend(self):
        """Switch all faults off."""
        self.faults, self.served = [], {}

    def serve_wrong_bytes(self, repo_id, name):
        """Serve a file of the right size, last byte changed, under its right ETag."""
        content = self.repositories[repo_id].head.files[name]
        self.served[repo_id, name] = content[:-1] + bytes([content[-1] ^ 1])

    def truncate(self, repo_id, name):
        """Serve only the first half of a file."""
        content = self.repositories[repo_id].head.files[name]
        self.served[repo_id, name] = content[: len(content) // 2]

    def count(self, method=None, kind=None):
        """Return how many requests came, of any method and kind or of those given."""
        return sum(n for key, n in self.requests.items() if method in (None, key[0]) and kind in (None, key[1]))

    def commits(self, repo_id):
        """Return the commits of a repository after the one that made it."""
        return self.repositories[repo_id].commits[1:] if repo_id in self.repositories else []

    # What the handlers ask

    def create(self, repo_id):
        """Make a repository with the one file that the Hub puts into each, and return it."""
        self.repositories[repo_id] = Repository()
        self.repositories[repo_id].commit("initial commit", {".gitattributes": b"*.keras filter=lfs\n"})
        return self.repositories[repo_id]

    def user(self, request):
        """Return name and role of the token's owner."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in USERS:
            raise Refusal(401, "Invalid username or password.")
        return USERS[token]

    def require_write(self, request, owner):
        name, role = self.user(request)
        if role != "write" or owner not in (name, ORGANISATION):
            raise Refusal(403, f"You don't have the rights to write under the namespace {owner}")

    def repository(self, repo_id):
        if repo_id not in self.repositories:
            raise Refusal(404, "Repository not found", "RepoNotFound")
        return self.repositories[repo_id]

    def fault_of(self, kind, repo_id):
        """Return the first fault that concerns a request, or None."""
        concerned = (f for f in self.faults if f.kind in (None, kind) and f.repo_id in (None, repo_id))
        return next(concerned, None)

    async def gate(self, request: Request):
        """Count a request, and refuse it, or hold it as long as its fault lasts."""
        kind, repo_id = request.scope["route"].name, _repo_id_of(request)
        self.requests[request.method, kind] += 1
        fault = self.fault_of(kind, repo_id)
        while fault and fault.status is None:
            await asyncio.sleep(0.02)
            if fault not in self.faults:
                raise Refusal(404, "It hung.", "RepoNotFound")  # what the client does not try again
        if fault and fault.status == LOST_AFTER:
            request.scope["state"]["lost"] = True
        elif fault:
            raise Refusal(fault.status, fault.message, fault.code)

    # The server

    def start(self):
        """Listen on the port, in a thread; return when requests are answered."""
        config = uvicorn.Config(
            LosesAnswers(build_app(self)),
            port=self.port,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, name="loopback Hub", daemon=True)
        self.thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self.server.started:
            if time.monotonic() > deadline or not self.thread.is_alive():
                raise RuntimeError(f"The loopback Hub did not start on port {self.port}.")
            time.sleep(0.01)

    def stop(self):
        """Close the port and all connections."""
        self.server.should_exit = True
        self.thread.join(START_SECONDS)

    @contextmanager
    def stopped(self):
        """Be down for a while, and keep what is published."""
        self.stop()
        try:
            yield
        finally:
            self.start()


class LosesAnswers:
    """ASGI middleware that breaks the connection in the middle of an answer that a fault of the test concerns."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        state = scope.setdefault("state", {})

        async def send_unless_lost(message):
            if "lost" not in state:
                await send(message)
            elif message["type"] == "http.response.start":
                await send(message | {"headers": [(b"content-length", b"1000")]})
                await send({"type": "http.response.body", "body": b"{", "more_body": True})

        await self.app(scope, receive, send_unless_lost)


def _repo_id_of(request):
    parts = request.path_params
    return f"{parts['owner']}/{parts['name']}" if "owner" in parts else None
