"""Stands in for GitLab's and GitHub's API: what curl and gh would ask of them is kept in a file.

It takes exactly the calls that plans/workflows/review.sh makes, and refuses any other. What it
answers is written after their documentation, and shows nothing of how they behave.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TOKEN = "glpat-secret"
PROJECT, FORK = 17, 99
OURS = "map(select(.isCrossRepository|not))[0].number // empty"
API = f"https://gitlab.example/api/v4/projects/{PROJECT}"


class Forge:
    """Merge requests and their comments, in a file of JSON."""

    def __init__(self, file: Path) -> None:
        self._file = file
        text = file.read_text(encoding="utf-8") if file.exists() else "[]"
        self.requests: list[dict[str, Any]] = json.loads(text)

    def opened(self, branch: str, base: str) -> list[dict[str, Any]]:
        """Newest first, those from forks with them."""
        asked = {"branch": branch, "base": base, "state": "opened"}
        return [r for r in reversed(self.requests) if asked.items() <= r.items()]

    def open(
        self, branch: str, base: str, title: str, text: str = "", *, fork: bool = False
    ) -> None:
        if not fork and any(not r["fork"] for r in self.opened(branch, base)):
            sys.exit("there is one for this branch")
        number = len(self.requests) + 1
        new = {"number": number, "branch": branch, "base": base, "title": title, "fork": fork}
        self.requests.append(new | {"text": text, "state": "opened", "comments": []})
        self._keep()

    def comment(self, number: str, body: str) -> None:
        self._request(number)["comments"].append(body)
        self._keep()

    def close(self, number: str) -> None:
        self._request(number)["state"] = "closed"
        self._keep()

    def _request(self, number: str) -> dict[str, Any]:
        return next(r for r in self.requests if str(r["number"]) == number)

    def _keep(self) -> None:
        self._file.write_text(json.dumps(self.requests), encoding="utf-8")


def gh(arguments: list[str], forge: Forge) -> None:
    """``gh pr``: see https://cli.github.com/manual/gh_pr."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    commands = parser.add_subparsers(dest="group", required=True)
    verbs = commands.add_parser("pr").add_subparsers(dest="verb", required=True)
    for verb, options in {
        "list": ("--head", "--base", "--state", "--limit", "--json", "--jq"),
        "create": ("--head", "--base", "--title", "--body"),
        "comment": ("number", "--body-file"),
        "close": ("number",),
    }.items():
        taken = verbs.add_parser(verb)
        for option in options:
            if option.startswith("-"):
                taken.add_argument(option, required=True)
            else:
                taken.add_argument(option)
    asked = parser.parse_args(arguments)
    if asked.verb == "list":
        if (asked.state, asked.json, asked.jq) != ("open", "number,isCrossRepository", OURS):
            sys.exit("not foreseen")
        found = [r for r in forge.opened(asked.head, asked.base) if not r["fork"]]
        sys.stdout.writelines(f"{request['number']}\n" for request in found[:1])
    elif asked.verb == "create":
        forge.open(asked.head, asked.base, asked.title, asked.body)
        sys.stdout.write("https://github.example/plans/pull/1\n")
    elif asked.verb == "comment":
        forge.comment(asked.number, Path(asked.body_file).read_text(encoding="utf-8"))
    else:
        forge.close(asked.number)


def curl(arguments: list[str], forge: Forge) -> None:
    """GitLab's REST API, version 4: see https://docs.gitlab.com/api/merge_requests/."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for flag in ("--fail", "--silent", "--show-error"):
        parser.add_argument(flag, action="store_true", required=True)
    parser.add_argument("--get", action="store_true")
    parser.add_argument("--header", choices=["@-"], required=True)
    parser.add_argument("--request", choices=["PUT"])
    parser.add_argument("--data", action="append", default=[])
    parser.add_argument("--data-urlencode", action="append", default=[])
    parser.add_argument("url")
    asked = parser.parse_args(arguments)
    if sys.stdin.read() != f"PRIVATE-TOKEN: {TOKEN}\n" or not asked.url.startswith(f"{API}/"):
        sys.exit("401 Unauthorized")
    sent = dict(field(text) for text in [*asked.data, *asked.data_urlencode])
    method = asked.request or ("GET" if asked.get or not sent else "POST")
    where = urlsplit(asked.url.removeprefix(API)).path.strip("/").split("/")
    match method, where:
        case "GET", ["merge_requests"] if (sent["state"], sent["per_page"]) == ("opened", "100"):
            opened = forge.opened(sent["source_branch"], sent["target_branch"])
            found = [
                {"iid": r["number"], "source_project_id": FORK if r["fork"] else PROJECT}
                for r in opened
            ]
            sys.stdout.write(json.dumps(found))
        case "POST", ["merge_requests"] if sent["remove_source_branch"] == "true":
            branch, base = sent["source_branch"], sent["target_branch"]
            forge.open(branch, base, sent["title"], sent["description"])
        case "POST", ["merge_requests", number, "notes"]:
            forge.comment(number, sent["body"])
        case "PUT", ["merge_requests", number] if sent == {"state_event": "close"}:
            forge.close(number)
        case _:
            sys.exit("404 Not Found")


def field(text: str) -> tuple[str, str]:
    """``name=text`` or ``name@file``, as curl takes them."""
    name, at, file = text.partition("@")
    if at and "=" not in name:
        return name, Path(file).read_text(encoding="utf-8")
    name, _, value = text.partition("=")
    return name, value


def main() -> None:
    """Record the arguments, and answer."""
    program, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    directory = Path(os.environ["FORGE_STUB"])
    with (directory / "calls").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps([program, *arguments]) + "\n")
    if (directory / "down").exists():
        sys.exit("503 Service Unavailable")
    {"gh": gh, "curl": curl}[program](arguments, Forge(directory / "requests.json"))


if __name__ == "__main__":
    main()
