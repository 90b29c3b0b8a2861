"""Profiles as files: found by name or path, read, and refused with the key that is wrong."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from lib.data.loaders.dates import BadValue
from lib.data.loaders.errors import ProfileError
from lib.data.loaders.profiles import Profile
from lib.data.loaders.targets import targets
from lib.data.loaders.values import typing
from lib.data.settings import PROJECT_FOLDER

PROFILE_FOLDER: Final = PROJECT_FOLDER / "data" / "profiles"


def profile_names() -> list[str]:
    """Names of the profiles that come with the product."""
    return sorted(path.stem for path in PROFILE_FOLDER.glob("*.toml"))


def load_profile(profile: str | Path) -> Profile:
    """Read a profile by name (``data/profiles/<name>.toml``) or by path. Raises ``ProfileError``."""
    path = _profile_path(profile)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"导入方案 {path.name} 不是正确的 TOML（须为 UTF-8）：{error}") from error
    try:
        found = Profile.model_validate(content)
    except ValidationError as error:
        raise ProfileError(f"导入方案 {path.name} 有误：\n" + "\n".join(_mistakes(error))) from error
    if wrong := list(_wrong_results(found)):
        raise ProfileError(f"导入方案 {path.name} 有误：\n" + "\n".join(wrong))
    return found


def _wrong_results(profile: Profile) -> Iterator[str]:
    """Values written in the profile itself that their target column cannot hold."""
    known = targets(profile.table)
    for name, rule in profile.columns.items():
        take = typing(known[name], rule, profile.values)
        written: dict[str, list[str | None]] = {
            "value": [rule.value],
            "default": [rule.default],
            "map": [*rule.map.values()],
            "contains": [*rule.contains.values()],
            "patterns": [*rule.patterns.values()],
            "ranges": [part.value for part in rule.ranges],
        }
        for key, results in written.items():
            for result in (text for text in results if text):
                try:
                    take(result)
                except BadValue as mistake:
                    yield f"- columns.{name}.{key}：“{result}”{mistake}"


def _profile_path(profile: str | Path) -> Path:
    path = Path(profile)
    if path.suffix == ".toml" or path.parent != Path("."):
        if not path.is_file():
            raise ProfileError(f"找不到导入方案文件 {path}")
        return path
    named = PROFILE_FOLDER / f"{profile}.toml"
    if not named.is_file():
        raise ProfileError(
            f"没有名为“{profile}”的导入方案；现有：{'、'.join(profile_names())}，或写 TOML 文件的路径"
        )
    return named


_TRANSLATED: Final = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个键，请检查拼写",
    "string_type": "须为文字（加引号）",
    "list_type": '须为列表，例如 ["甲", "乙"]',
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "int_parsing": "须为整数",
}


def _mistakes(error: ValidationError) -> list[str]:
    lines = []
    for mistake in error.errors():
        key = ".".join(str(part) for part in mistake["loc"]) or "（整体）"
        reason = _TRANSLATED.get(mistake["type"], mistake["msg"].removeprefix("Value error, "))
        if mistake["type"] == "literal_error":
            reason = f"只能是 {mistake.get('ctx', {}).get('expected', '')}".replace(" or ", " 或 ")
        lines.append(f"- {key}：{reason}")
    return lines
