"""接口: a token is shown once and works; the list says what became of each; others have no such page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.bearer import TokenRefused, check_token
from lib.access.reception import reception
from lib.access.roles import Role
from lib.access.tokens import list_tokens
from lib.data.scope import Scope
from lib.ui import identity
from lib.ui.identity import Reader, Visitor, present
from tests.app.conftest import OpenPage, words

PAGE = "extracts/tokens"
Open = Callable[..., AppTest]


@pytest.fixture
def open_tokens(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the page as a demo account that exists in the record database."""

    def opened(username: str = "analyst", scope: Scope | None = None) -> AppTest:
        visitor = Visitor(Reader(username, "统计岗", Role.ANALYST, scope or Scope.everything()))
        at = open_page(PAGE, scope=visitor.reader.scope if visitor.reader else None)
        monkeypatch.setattr(identity, "current_visitor", lambda: visitor)
        return at.run()

    return opened


def shown_token(at: AppTest) -> str:
    """The token on the page, "" when there is none."""
    return next((str(code.value) for code in at.code if str(code.value).startswith("bamai_")), "")


def create(at: AppTest, label: str = "月报取数脚本") -> AppTest:
    at.text_input(key="token.label").input(label)
    return next(button for button in at.button if button.label == "创建令牌").click().run()


def test_a_new_token_is_shown_once_and_works(open_tokens: Open) -> None:
    at = create(open_tokens())
    assert not at.exception
    token = shown_token(at)
    engine = reception().engine
    holder = check_token(engine, token, present(), address="", demo_allowed=True)
    assert (holder.account.username, holder.label) == ("analyst", "月报取数脚本")
    assert token not in str(at.session_state._state.filtered_state), "the session does not keep it"
    at.run()
    assert shown_token(at) == ""
    assert "月报取数脚本" in words(at)
    revoke = next(button for button in at.button if button.label == "撤销")
    revoke.click().run()
    assert not at.exception
    with pytest.raises(TokenRefused, match="撤销"):
        check_token(engine, token, present(), address="", demo_allowed=True)
    assert "已撤销" in words(at)


def test_a_token_for_some_districts(open_tokens: Open) -> None:
    at = open_tokens("county", Scope.of("341225"))
    assert set(at.multiselect(key="token.districts").options) == {"阜南县（阜阳市）"}, "the reader's own only"
    at.radio(key="token.extent").set_value("限定属地")
    at.multiselect(key="token.districts").set_value(["341225"])
    create(at)
    assert shown_token(at)
    assert list_tokens(reception().engine, "county")[0].district_codes == ("341225",)


def test_what_cannot_be_is_said(open_tokens: Open) -> None:
    at = create(open_tokens(), label=" ")
    assert "用途" in at.error[0].value
    at.radio(key="token.extent").set_value("限定属地")
    assert "空白不等于全部" in create(at).error[0].value
    at.radio(key="token.extent").set_value("与账号相同")
    at.multiselect(key="token.districts").set_value(["341225"])
    assert "限定属地" in create(at).error[0].value
    assert shown_token(at) == ""


def test_the_examples_are_there(open_tokens: Open) -> None:
    at = open_tokens()
    assert [tab.label for tab in at.tabs] == ["curl", "pandas", "Excel Power Query"]
    texts = [str(code.value) for code in at.code]
    assert all("/api/v1" in text or "api/v1/metrics" in text for text in texts)
    assert not [text for text in texts if "{root}" in text]


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.PRESENTER])
def test_other_posts_are_refused(open_page: OpenPage, role: Role) -> None:
    at = open_page(PAGE, role=role)
    assert at.title[0].value == "无权访问"
    assert not at.code
