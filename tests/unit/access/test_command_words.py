"""What the command-line library says itself, in Chinese; the sentences come from the library, not from a list here."""

import re

import pytest
import typer
from typer.testing import CliRunner

from lib.access.command_words import Application, ChineseGroup, in_chinese

app = Application(cls=ChineseGroup, help="试验", no_args_is_help=True)


@app.command()
def copy(source: str, target: int = typer.Option(..., help="份数"), quiet: bool = False) -> None:
    """抄写。"""
    typer.echo(f"{source}{target}{quiet}")


@app.command()
def rest() -> None:
    """休息。"""


@pytest.mark.parametrize("call", [["--help"], ["copy", "--help"], []])
def test_help_has_no_english_sentence(call: list[str]) -> None:
    shown = CliRunner().invoke(app, call).output
    assert "用法：" in shown
    assert "显示本说明后退出。" in shown
    assert not re.search(
        r"Usage|Options|Commands|Arguments|Show this|default:|required|OPTIONS|<bool>|<int>", shown
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["copy", "--target", "1"], "缺少参数“source”。"),
        (["copy", "a"], "缺少选项“--target”。"),
        (["copy", "a", "--target"], "选项“--target”后面缺少取值。"),
        (["copy", "a", "--target", "x"], "“--target”的取值应为整数。"),
        (["copy", "a", "--nothing"], "没有选项“--nothing”。"),
        (["nothing"], "没有命令“nothing”。"),
        (["rest", "now"], "多出的参数：now。"),
    ],
)
def test_a_wrong_call_is_explained_in_chinese_and_still_fails(call: list[str], said: str) -> None:
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 2
    assert said in result.output


def test_a_right_call_is_run_and_unknown_sentences_stay() -> None:
    assert CliRunner().invoke(app, ["copy", "a", "--target", "2"]).output == "a2False\n"
    assert in_chinese("Something new.") == "Something new."
