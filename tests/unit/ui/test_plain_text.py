"""A name stays a name: rendered by a Markdown parser that is not Streamlit's."""

import pytest
from markdown_it import MarkdownIt

from lib.ui.plain_text import plain


@pytest.mark.parametrize(
    "name",
    [
        "![x](http://example.org/a.png)",
        "[点我](javascript:alert(1))",
        ":red[红] $x^2$",
        "**加粗** _斜_ `码` ~~删~~",
        "<script>alert(1)</script>",
        "# 标题",
        "1. 有限公司",
        "- 公司",
        "A&B 公司 | 表",
        "http://example.org",
        "反斜\\杠",
    ],
)
def test_rendered_text_equals_the_name(name: str) -> None:
    tokens = MarkdownIt("commonmark").parse(plain(name))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == name


def test_line_breaks_become_spaces() -> None:
    assert plain("甲\n\n乙") == "甲 乙"


@pytest.mark.parametrize("directive", [":red[红]", ":material/home:", ":smile:", "$x$", "[链](x)"])
def test_no_streamlit_directive_survives(directive: str) -> None:
    escaped = plain(directive)
    assert directive not in escaped
    assert not escaped.startswith((":", "$", "["))
