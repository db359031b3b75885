"""The repositories of our Hub: commits, tags, and Git's own names for contents."""

import hashlib
from dataclasses import dataclass, field

# In place of a status: the connection breaks before, or after, the request is done.
LOST_BEFORE, LOST_AFTER = -1, -2


class Refusal(Exception):
    """An answer that is an error: HTTP status, the Hub's ``X-Error-Code`` and a sentence."""

    def __init__(self, status, message, code=None):
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Commit:
    """An immutable snapshot: file name -> content."""

    sha: str
    message: str
    files: dict[str, bytes]


@dataclass
class Repository:
    """The commits of a repository, oldest first, its tags (name -> sha), and what was asked for when it was made."""

    commits: list[Commit] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def head(self):
        return self.commits[-1]

    def commit(self, message, files):
        """Append a snapshot with exactly these files and return it."""
        parent = self.commits[-1].sha if self.commits else ""
        listing = "".join(f"{name} {blob_id(name, content)}\n" for name, content in sorted(files.items()))
        sha = hashlib.sha1(f"{len(self.commits)} {parent} {message}\n{listing}".encode()).hexdigest()
        self.commits.append(Commit(sha, message, dict(files)))
        return self.head

    def at(self, revision):
        """Return the snapshot of a branch (main only), a tag or a sha."""
        sha = self.head.sha if revision == "main" else self.tags.get(revision, revision)
        for commit in self.commits:
            if commit.sha == sha:
                return commit
        raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def is_lfs(name):
    """Tell whether the Hub keeps a file in large file storage."""
    return name.endswith((".keras", ".png"))


def pointer(content):
    """The text that Git holds in place of a large file."""
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


def blob_id(name, content):
    """Return Git's own sha1 of a file, or of its pointer."""
    stored = pointer(content) if is_lfs(name) else content
    return hashlib.sha1(b"blob %d\0" % len(stored) + stored).hexdigest()


def etag(name, content):
    return hashlib.sha256(content).hexdigest() if is_lfs(name) else blob_id(name, content)
