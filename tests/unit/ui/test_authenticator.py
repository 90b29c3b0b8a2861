"""The names inside streamlit-authenticator that lib/ui/authenticator.py leans on. They are no public interface."""

import inspect
from importlib.metadata import version

import streamlit_authenticator as stauth
from streamlit.testing.v1 import AppTest
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel

from lib.ui.authenticator import PACKAGE_KEYS

FORM = """
import streamlit as st
from lib.ui.authenticator import LoginForm
asked = st.session_state.setdefault("test.asked", [])
def check(username, password):
    asked.append((username, password))
    return (username, password) == ("analyst", "right")
st.text(str(LoginForm(check).ask()))
"""


def log_in(username: str, password: str) -> AppTest:
    at = AppTest.from_string(FORM).run()
    assert at.text[0].value == "None"
    at.text_input[0].set_value(username)
    at.text_input[1].set_value(password)
    return at.button[0].click().run()


def test_the_pinned_version_is_installed() -> None:
    assert version("streamlit-authenticator") == "0.4.2"


def test_the_names_we_lean_on_are_there() -> None:
    assert {"location", "fields", "key"} <= set(inspect.signature(stauth.Authenticate.login).parameters)
    assert {"credentials", "auto_hash", "secret_key"} <= set(
        inspect.signature(AuthenticationController.__init__).parameters
    )
    assert list(inspect.signature(AuthenticationModel.check_credentials).parameters) == [
        "self",
        "username",
        "password",
    ]
    source = inspect.getsource(stauth.Authenticate.login)
    for name in ("self.cookie_controller.get_cookie", "self.attrs.get('login_sleep_time'", "self.path"):
        assert name in source


def test_our_check_decides() -> None:
    right, wrong = log_in(" Analyst ", "right"), log_in("analyst", "wrong")
    assert (right.text[0].value, wrong.text[0].value) == ("True", "False")
    assert right.session_state["test.asked"] == [("analyst", "right")]


def test_nothing_of_the_package_stays_in_the_session() -> None:
    for password in ("right", "wrong"):
        at = log_in("analyst", password)
        assert [key for key in PACKAGE_KEYS if key in at.session_state] == []


def test_the_form_is_in_chinese() -> None:
    at = AppTest.from_string(FORM).run()
    assert [field.label for field in at.text_input] == ["用户名", "密码"]
    assert at.button[0].label == "登录"
    assert at.subheader[0].value == "登录"


def test_the_button_is_the_main_one_of_the_page() -> None:
    assert AppTest.from_string(FORM).run().button[0].proto.type == "primary"


def test_the_cookie_component_is_never_started() -> None:
    at = AppTest.from_string(FORM).run()
    assert not at.exception
    assert "component_instance" not in str(at.main)
