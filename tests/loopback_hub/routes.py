"""The routes of our Hub, as ``huggingface_hub`` 2.4 asks them."""

import base64
import hashlib
import json
from typing import Literal

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.loopback_hub.repository import LOST_BEFORE, Refusal, blob_id, etag, is_lfs, pointer

ORGANISATION = "school"  # everybody belongs to it


Kind = Literal["models", "spaces", "datasets"]


def repo_id_of(kind, owner, name):
    """Under what a repository is kept: "owner/name" for a model's, "spaces/owner/name" for a Space's."""
    return f"{owner}/{name}" if kind == "models" else f"{kind}/{owner}/{name}"


def _entry(name, content):
    """A file as the tree and paths-info routes describe it."""
    entry = {"type": "file", "path": name, "size": len(content), "oid": blob_id(name, content)}
    if is_lfs(name):
        oid = hashlib.sha256(content).hexdigest()
        entry["lfs"] = {"oid": oid, "size": len(content), "pointerSize": len(pointer(content))}
    return entry


def _resolve_headers(name, content, commit):
    quoted = f'"{etag(name, content)}"'
    headers = {"ETag": quoted, "X-Repo-Commit": commit.sha, "Accept-Ranges": "none"}
    if is_lfs(name):
        headers |= {"X-Linked-Etag": quoted, "X-Linked-Size": str(len(content))}
    return headers


def _apply(line, files, objects):
    """Change ``files`` as one line of a commit says."""
    value = line["value"]
    path = value["path"]
    if line["key"] == "file":
        files[path] = base64.b64decode(value["content"])
    elif line["key"] == "lfsFile":
        if value["oid"] not in objects:
            raise Refusal(400, f"LFS pointer pointed to a file that does not exist: {path}")
        files[path] = objects[value["oid"]]
    elif line["key"] == "deletedFile":
        if files.pop(path, None) is None:
            raise Refusal(404, "A file with this name doesn't exist", "EntryNotFound")
    else:
        raise Refusal(400, f"Unknown operation: {line['key']}")


def build_app(hub) -> FastAPI:
    """Return the routes; the name of a handler is the kind under which its requests are counted."""
    app = FastAPI(dependencies=[Depends(hub.gate)], openapi_url=None)

    @app.exception_handler(Refusal)
    async def refuse(request: Request, refusal: Refusal):
        if refusal.status == LOST_BEFORE:
            request.scope["state"]["lost"] = True
            return JSONResponse({})
        headers = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.message}
        headers = {name: value for name, value in headers.items() if value}
        return JSONResponse({"error": refusal.message}, refusal.status, headers)

    @app.get("/api/whoami-v2")
    async def whoami(request: Request):
        name, role = hub.user(request)
        token = {"displayName": "test", "role": role}
        return {"type": "user", "name": name, "orgs": [{"name": ORGANISATION}], "auth": {"accessToken": token}}

    @app.post("/api/repos/create")
    async def create(request: Request):
        body = await request.json()
        owner = body.get("organization") or hub.user(request)[0]
        hub.require_write(request, owner)
        name = f"{owner}/{body['name']}"
        repo_id = repo_id_of(f"{body.get('type', 'model')}s", owner, body["name"])
        url = f"{hub.url}/{repo_id}"
        if repo_id in hub.repositories or repo_id in hub.taken:
            return JSONResponse({"error": "You already created this repo", "url": url}, 409)
        hub.create(repo_id).settings = {key: body[key] for key in ("sdk", "visibility") if key in body}
        return {"url": url, "name": name}

    @app.post("/api/validate-yaml")
    async def validate(request: Request):
        content = (await request.json())["content"]
        if not content.startswith("---\n"):
            return JSONResponse({"errors": [{"message": "no front matter"}], "warnings": []}, 400)
        return {"errors": [], "warnings": []}

    @app.post("/api/{kind}/{owner}/{name}/preupload/{revision}")
    async def preupload(kind: Kind, owner: str, name: str, revision: str, request: Request):
        hub.require_write(request, owner)
        held = hub.repository(repo_id_of(kind, owner, name)).at(revision).files
        answers = []
        for file in (await request.json())["files"]:
            path = file["path"]
            answer = {"path": path, "uploadMode": "lfs" if is_lfs(path) else "regular", "shouldIgnore": False}
            answers.append(answer | ({"oid": etag(path, held[path])} if path in held else {}))
        return {"files": answers}

    @app.post("/{owner}/{name}.git/info/lfs/objects/batch")
    @app.post("/{kind}/{owner}/{name}.git/info/lfs/objects/batch")
    async def lfs(owner: str, name: str, request: Request, kind: Kind = "models"):
        hub.require_write(request, owner)
        hub.repository(repo_id_of(kind, owner, name))
        verify_action = {"href": f"{hub.url}/lfs/verify"}
        answers = []
        for wanted in (await request.json())["objects"]:
            actions = {"upload": {"href": f"{hub.url}/lfs/{wanted['oid']}"}, "verify": verify_action}
            answers.append(wanted | ({} if wanted["oid"] in hub.objects else {"actions": actions}))
        return {"transfer": "basic", "objects": answers}

    @app.put("/lfs/{oid}")
    async def upload(oid: str, request: Request):
        content = await request.body()
        if hashlib.sha256(content).hexdigest() != oid:
            raise Refusal(400, "The content does not have this SHA-256.")
        hub.objects[oid] = content

    @app.post("/lfs/verify")
    async def verify(request: Request):
        stated = await request.json()
        if len(hub.objects.get(stated["oid"], b"")) != stated["size"]:
            raise Refusal(404, "There is no such object.")

    @app.post("/api/{kind}/{owner}/{name}/commit/{revision}")
    async def commit(kind: Kind, owner: str, name: str, revision: str, request: Request):
        hub.require_write(request, owner)
        repository = hub.repository(repo_id_of(kind, owner, name))
        header, *lines = [json.loads(line) for line in (await request.body()).splitlines()]
        if header["value"].get("parentCommit", repository.head.sha) != repository.head.sha:
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        files = dict(repository.at(revision).files)
        for line in lines:
            _apply(line, files, hub.objects)
        done = repository.commit(header["value"]["summary"], files)
        return {"success": True, "commitOid": done.sha, "commitUrl": f"{hub.url}/{owner}/{name}/commit/{done.sha}"}

    @app.post("/api/{kind}/{owner}/{name}/tag/{revision}")
    async def tag(kind: Kind, owner: str, name: str, revision: str, request: Request):
        hub.require_write(request, owner)
        repository = hub.repository(repo_id_of(kind, owner, name))
        wanted = (await request.json())["tag"]
        if wanted in repository.tags:
            raise Refusal(409, f"Tag {wanted} already exists")
        repository.tags[wanted] = repository.at(revision).sha

    @app.get("/api/{kind}/{owner}/{name}/refs")
    async def refs(kind: Kind, owner: str, name: str):
        repository = hub.repository(repo_id_of(kind, owner, name))
        tags = [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": sha} for n, sha in repository.tags.items()]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head.sha}
        return {"branches": [main], "converts": [], "tags": tags}

    @app.get("/api/{kind}/{owner}/{name}")
    @app.get("/api/{kind}/{owner}/{name}/revision/{revision}")
    async def info(kind: Kind, owner: str, name: str, revision: str = "main"):
        found = hub.repository(repo_id_of(kind, owner, name)).at(revision)
        siblings = [{"rfilename": path} for path in sorted(found.files)]
        repo_id = f"{owner}/{name}"
        return {"id": repo_id, "author": owner, "sha": found.sha, "siblings": siblings, "private": False}

    @app.get("/api/{kind}/{owner}/{name}/tree/{revision}")
    async def tree(kind: Kind, owner: str, name: str, revision: str):
        found = hub.repository(repo_id_of(kind, owner, name)).at(revision)
        return [_entry(path, content) for path, content in sorted(found.files.items())]

    @app.post("/api/{kind}/{owner}/{name}/paths-info/{revision}")
    async def paths(kind: Kind, owner: str, name: str, revision: str, request: Request):
        files = hub.repository(repo_id_of(kind, owner, name)).at(revision).files
        wanted = (await request.form()).getlist("paths")
        return [_entry(path, files[path]) for path in wanted if path in files]

    @app.api_route("/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    @app.api_route("/{kind}/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    async def resolve(owner: str, name: str, revision: str, path: str, request: Request, kind: Kind = "models"):
        found = hub.repository(repo_id_of(kind, owner, name)).at(revision)
        if path not in found.files:
            raise Refusal(404, "Entry not found", "EntryNotFound")
        content = found.files[path]
        headers = _resolve_headers(path, content, found)
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(len(content))})
        return Response(hub.served.get((f"{owner}/{name}", path), content), headers=headers)

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])
    async def unknown(path: str):
        raise Refusal(404, f"This Hub has no route {path}.")

    return app
