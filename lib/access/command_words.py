"""Chinese words for what the command-line library says itself: headings of the help and faults of usage.

`Application` is a `typer.Typer` whose groups and commands speak Chinese. Sentences of the library that are not known
here pass as they are.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

_HELP: Final = "显示本说明后退出。"
_OPTIONS: Final = "[选项]"
_SUBCOMMANDS: Final = "命令 [参数]..."

#: Constants of the library, set once: it reads them when it prints.
_TITLES: Final = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "ABORTED_TEXT": "已中止。",
    "RICH_HELP": "用 [blue]{command_path} {help_option}[/] 查看说明。",
}
_FAULTS: Final = (
    (r"Missing argument '(.+)'\.", r"缺少参数“\1”。"),
    (r"Missing option '(.+)'\.", r"缺少选项“\1”。"),
    (r"Missing command\.", r"缺少命令。"),
    (r"No such command '([^']+)'\.(?: Did you mean (.+)\?)?", r"没有命令“\1”。"),
    (r"No such option: (\S+?)\.?(?: .*)?", r"没有选项“\1”。"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"多出的参数：\1。"),
    (r"Option '(.+)' requires an argument\.", r"选项“\1”后面缺少取值。"),
    (r"Invalid value for '(.+)': .*valid integer.*", r"“\1”的取值应为整数。"),
    (r"Invalid value for '(.+)': (.+)", r"“\1”的取值不对：\2"),
)
#: What the library raises for a wrong call; it has no public name of its own.
_UsageFault: Final[Any] = typer.BadParameter.__bases__[0]
_Context: Final[Any] = TyperGroup.context_class


class _Formatter(_Context.formatter_class):
    """Writes the line of usage."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage, in Chinese unless a prefix is given."""
        super().write_usage(prog, args, prefix or "用法：")


class _ChineseContext(_Context):
    formatter_class = _Formatter


class ChineseCommand(TyperCommand):
    """A command whose help is in Chinese."""

    context_class = _ChineseContext

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for param in self.params:
            if isinstance(param, TyperOption):
                param.metavar = param.metavar or _kind(param)

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help."""
        return _worded(super().get_help_option(ctx))


class ChineseGroup(TyperGroup):
    """A group of commands whose help and faults of usage are in Chinese."""

    context_class = _ChineseContext

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help."""
        return _worded(super().get_help_option(ctx))

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the group's own options."""
        with _faults_in_chinese():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Read the options of the chosen command and run it."""
        with _faults_in_chinese():
            return super().invoke(ctx)


class Application(typer.Typer):
    """A Typer application in Chinese; takes what `typer.Typer` takes."""

    def __init__(self, *, cls: type[TyperGroup] = ChineseGroup, **settings: Any) -> None:
        for name, words in _TITLES.items():
            setattr(rich_utils, name, words)
        super().__init__(
            cls=cls,
            options_metavar=_OPTIONS,
            subcommand_metavar=_SUBCOMMANDS,
            add_completion=False,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        """Declare a command, as `typer.Typer.command` does."""
        return super().command(name, cls=ChineseCommand, options_metavar=_OPTIONS, **settings)


def in_chinese(sentence: str) -> str:
    """A sentence of the library about a wrong call, in Chinese; unknown ones stay."""
    for pattern, chinese in _FAULTS:
        found = re.fullmatch(pattern, sentence, re.DOTALL)
        if found:
            return found.expand(chinese)
    return sentence


@contextmanager
def _faults_in_chinese() -> Iterator[None]:
    try:
        yield
    except _UsageFault as fault:
        said = in_chinese(fault.format_message())
        if said == fault.format_message():
            raise
        raise _UsageFault(said, ctx=fault.ctx) from fault


def _kind(option: TyperOption) -> str:
    """What to write for a value; a switch takes none."""
    return " " if option.is_flag else "整数" if option.bare_type() == "int" else "文字"


def _worded(option: Any) -> Any:
    if option is not None:
        option.help, option.metavar = _HELP, " "
    return option
