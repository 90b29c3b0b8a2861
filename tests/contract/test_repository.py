"""The repository as a newcomer finds it: documents, pins, commands, and nothing of anybody's machine."""

import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contract.source_tree import PROJECT, repository_files

REQUIREMENTS = ("requirements.txt", "tests/requirements.txt")
DOCUMENTS = [name for name in repository_files() if name.endswith(".md")]


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def requirement_lines(name: str) -> list[str]:
    lines = (line.strip() for line in text_of(name).splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def direct_packages(name: str) -> list[str]:
    """What is asked for by name: the lines above the comment 'What … bring along'."""
    asked, _, _ = text_of(name).partition("# What")
    return [line.split("==")[0] for line in asked.splitlines() if "==" in line]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned(name: str) -> None:
    loose = [
        line for line in requirement_lines(name) if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.]*", line)
    ]
    assert loose == []


def pinned() -> dict[str, str]:
    """Canonical name → version, of both files."""
    lines = (line for name in REQUIREMENTS for line in requirement_lines(name))
    return {
        canonicalize_name(package): version for package, _, version in (ln.partition("==") for ln in lines)
    }


def test_what_the_packages_bring_along_is_pinned_too() -> None:
    missing = set()
    for package in pinned():
        for line in importlib.metadata.requires(package) or []:
            requirement = Requirement(line)
            needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if needed and canonicalize_name(requirement.name) not in pinned():
                missing.add(f"{requirement.name}, needed by {package}")
    assert missing == set()


def test_the_installed_versions_are_the_pinned_ones() -> None:
    installed = {package: importlib.metadata.version(package) for package in pinned()}
    assert installed == pinned()


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_dependency_says_why_it_is_here(name: str) -> None:
    reasons = re.findall(r"^\| `([^`]+)` \| ([^|]{10,}) \|", text_of("docs/DEPENDENCIES.md"), re.MULTILINE)
    explained = {package for package, _ in reasons}
    assert [package for package in direct_packages(name) if package not in explained] == []


def test_no_dependency_is_explained_that_is_gone() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|", text_of("docs/DEPENDENCIES.md"), re.MULTILINE)
    asked = {package for name in REQUIREMENTS for package in direct_packages(name)}
    assert set(rows) == asked


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "GLOSSARY.md", "LICENSE", "docs/DEPENDENCIES.md"],
)
def test_document_exists(name: str) -> None:
    assert len(text_of(name)) > 500


def test_licence_is_apache() -> None:
    licence = text_of("LICENSE")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_each_release_first_says_which_figures_changed() -> None:
    releases = re.split(r"^## ", text_of("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    assert releases
    for release in releases:
        headings = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert headings[0] == "数字有变的指标 / Figures that changed", release.splitlines()[0]


GLOSSARY_ROWS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", text_of("GLOSSARY.md"), re.MULTILINE)


def test_glossary_gives_each_concept_one_name() -> None:
    terms, names, _ = zip(*GLOSSARY_ROWS, strict=True)
    assert len(terms) > 100
    assert len(set(terms)) == len(terms)
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


def test_glossary_explains_in_a_sentence() -> None:
    assert [term for term, _, meaning in GLOSSARY_ROWS if not re.search(r"[.)]$", meaning)] == []


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_named_make_commands_exist(name: str) -> None:
    named = set(re.findall(r"(?:^|`|\s)make ([a-z]+)(?=[`\s#]|$)", commands_of(name), re.MULTILINE))
    assert named - make_targets() == set()


def commands_of(name: str) -> str:
    """The parts of a document that are set as code."""
    text = text_of(name)
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`[^`\n]+`", text)])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(name))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    folder = (PROJECT / name).parent
    assert [target for target in local if not (folder / target).exists()] == []


def test_continuous_integration_is_check_and_test() -> None:
    script = text_of(".ci/run").splitlines()
    assert script[-2:] == ["make check", "make test"]
    assert (PROJECT / ".ci/run").stat().st_mode & 0o111


# Written in pieces, so that this file does not find itself.
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js.org",
    "deb." + "debian",
    "archive." + "ubuntu",
]
MACHINE_PATH = re.compile(r"(?<![\w.:/*~-])/(?:work|root|farm|opt/wheels|home/[a-z]\w*|Users/\w+)/")
INDEX_OPTION = re.compile(r"--(?:extra-)?index-url|PIP_(?:EXTRA_)?INDEX_URL")


def is_text(content: bytes) -> bool:
    return b"\0" not in content[:8000]


def test_nothing_of_a_machine_is_in_the_repository() -> None:
    found = []
    for name in repository_files():
        content = (PROJECT / name).read_bytes()
        if not is_text(content):
            continue
        text = content.decode("utf-8", errors="replace")
        hosts = [host for host in REGISTRY_HOSTS if host in text]
        paths = MACHINE_PATH.findall(text)
        options = INDEX_OPTION.findall(text) if not name.endswith("test_repository.py") else []
        if hosts or paths or options:
            found.append((name, hosts, paths, options))
    assert found == []
