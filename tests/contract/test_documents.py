"""Commands that documents tell readers to type exist, with the options they are given."""

import re
import shlex

import click
import pytest
import typer

from tests.contract.source_tree import PROJECT, repository_files

DOCUMENTS = [name for name in repository_files() if name.endswith(".md")]


def code_lines(document: str) -> list[str]:
    """Lines of code blocks and pieces of code inside sentences; a line that ends in \\ goes on."""
    text = (PROJECT / document).read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", text)


def operator_commands(document: str) -> list[list[str]]:
    """What stands behind `manage.py` in a document, as words."""
    found = [re.search(r"manage\.py ([a-z].*)", line) for line in code_lines(document)]
    return [shlex.split(match[1], comments=True) for match in found if match and "|" not in match[1]]


def complaint(words: list[str]) -> str | None:
    """Why the operator's command line does not know these words; None when it does."""
    import manage

    command: click.Command = typer.main.get_command(manage.app)
    while words and hasattr(command, "commands"):
        if words[0].startswith("-"):
            break
        if words[0] not in command.commands:
            return f"no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    known = {"--help"} | {
        option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]
    }
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
    return f"no option {unknown[0]} of {command.name}" if unknown else None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_operator_commands_exist(document: str) -> None:
    complaints = {" ".join(words): complaint(words) for words in operator_commands(document)}
    assert {command: reason for command, reason in complaints.items() if reason} == {}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_import_profiles_exist(document: str) -> None:
    named = {
        words[words.index("--profile") + 1] for words in operator_commands(document) if "--profile" in words
    }
    plain = {name for name in named if re.fullmatch(r"[a-z0-9_-]+", name)}
    assert [name for name in sorted(plain) if not (PROJECT / f"data/profiles/{name}.toml").exists()] == []


def test_readme_shows_the_operator_commands() -> None:
    shown = {words[0] for words in operator_commands("README.md")}
    assert {"load", "user", "metric"} <= shown


def test_the_check_can_fail() -> None:
    assert complaint(["lode", "file"]) == "no command lode"
    assert complaint(["load", "file", "--profil", "x"]) == "no option --profil of load"
    assert complaint(["user", "add", "someone", "--colour"]) == "no option --colour of add"
