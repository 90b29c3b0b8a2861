"""streamlit-authenticator, kept for its login form, with its own cookie and its own store left out.

The package keeps who is logged in under generic session keys and in a cookie that cannot be revoked. Here it
only draws the form and calls our check; its keys are removed after every use, and nothing is decided by them.
Pinned to 0.4.2, because the names used here are not a public interface; a contract test checks them.
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
import streamlit_authenticator as stauth
from streamlit.delta_generator import DeltaGenerator
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.views import authentication_view

#: Session keys of the package; no widget of ours may carry one of these names.
PACKAGE_KEYS = ("name", "username", "email", "roles", "logout", "authentication_status", "password_hint")

_FIELDS = {"Form name": "登录", "Username": "用户名", "Password": "密码", "Login": "登录"}


class _StreamlitOfTheForm:
    """Streamlit as the package's view sees it: the button of its form is the main one of the page.

    The package has no setting for the kind of button.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(st, name)

    def form(self, **options: Any) -> DeltaGenerator:
        """``st.form`` whose button to send it is primary."""
        form = st.form(**options)
        primary: Any = partial(form.form_submit_button, type="primary")
        form.form_submit_button = primary  # type: ignore[method-assign]
        return form


authentication_view.st = _StreamlitOfTheForm()


class _NoCookie:
    """Stands where the package expects its cookie component."""

    def get_cookie(self) -> None:
        """There is never a cookie of the package."""

    def set_cookie(self) -> None:
        """The cookie is set by a route of the server, see lib/access/routes.py."""

    def delete_cookie(self) -> None:
        """The cookie is deleted by a route of the server."""


class LoginForm(stauth.Authenticate):
    """The package's login form over a check of ours: ``check(username, password)`` says yes or no."""

    def __init__(self, check: Callable[[str, str], bool]) -> None:
        # The parent's constructor would start the cookie component, so it is not called.
        self.api_key = None
        self.path = None
        self.attrs: dict[str, Any] = {"login_sleep_time": 0}
        self.secret_key = secrets.token_hex(32)
        self.cookie_controller = _NoCookie()
        _remove_package_keys()
        self.authentication_controller = AuthenticationController(
            {"usernames": {}}, auto_hash=False, secret_key=self.secret_key
        )
        self._check = check
        self.authentication_controller.authentication_model.check_credentials = self._checked

    def ask(self) -> bool | None:
        """Draw the form; True after the right password, False after a wrong one, None if nothing was sent."""
        try:
            self.login(location="main", fields=_FIELDS, key="auth.form")
            status = st.session_state.get("authentication_status")
        finally:
            _remove_package_keys()
        return status if isinstance(status, bool) else None

    def _checked(self, username: str, password: str) -> bool:
        if not self._check(username, password):
            return False
        # After a yes the package reads the user back from its dictionary.
        model = self.authentication_controller.authentication_model
        model.credentials["usernames"][username] = {"name": username, "roles": None, "email": None}
        return True


def _remove_package_keys() -> None:
    for key in PACKAGE_KEYS:
        st.session_state.pop(key, None)
