"""What a server needs before it may start: a secret of its own, and Streamlit told whom to believe."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from lib.access.errors import StartRefused
from lib.data.settings import Settings

SHORTEST_KEY_BYTES = 32

# Names under which Streamlit hands the headers of the gate to the pages (st.user).
GATE_HEADER, SESSION_HEADER, ADDRESS_HEADER = "X-App-Gate", "X-App-Session", "X-App-Address"
TRUSTED_HEADERS = {GATE_HEADER: "gate", SESSION_HEADER: "session", ADDRESS_HEADER: "address"}


def checked_cookie_key(settings: Settings) -> str:
    """Return the secret of this installation; a demo without one makes it up for this run."""
    key = settings.cookie_key.get_secret_value() if settings.cookie_key else ""
    if not key and settings.is_demo:
        return secrets.token_hex(SHORTEST_KEY_BYTES)
    if not key:
        raise StartRefused(f"未设置 BAMAI_COOKIE_KEY，正式环境不能启动。{_HOW_TO_MAKE_A_KEY}")
    if len(key.encode()) < SHORTEST_KEY_BYTES:
        raise StartRefused(f"BAMAI_COOKIE_KEY 太短，至少 {SHORTEST_KEY_BYTES} 字节。{_HOW_TO_MAKE_A_KEY}")
    if len(set(key)) < 8:
        raise StartRefused(f"BAMAI_COOKIE_KEY 太简单，容易猜中。{_HOW_TO_MAKE_A_KEY}")
    return key


def streamlit_secret(settings: Settings) -> dict[str, str]:
    """The secret Streamlit signs its own cookies with, as the environment variable it must find at import."""
    secret = hmac.new(checked_cookie_key(settings).encode(), b"streamlit server.cookieSecret", hashlib.sha256)
    return {"STREAMLIT_SERVER_COOKIE_SECRET": secret.hexdigest()}


def streamlit_options(environment: Mapping[str, str]) -> dict[str, Any]:
    """Options for ``App.run``: whom to believe, and what the operator set in the environment.

    Streamlit itself reads these variables only when started as ``streamlit run``. The trusted headers stand
    here and not in config.toml: ``streamlit run app.py`` has no gate in front that would strip headers a
    visitor made up, so it must not trust any.
    """
    options: dict[str, Any] = {
        "server.trustedUserHeaders": json.dumps(TRUSTED_HEADERS),
        "logger.hideWelcomeMessage": True,
        "logger.level": "error",
    }
    for variable, (option, convert) in _OPERATOR_OPTIONS.items():
        if environment.get(variable):
            options[option] = _converted(variable, environment[variable], convert)
    return options


def _converted(variable: str, text: str, convert: Callable[[str], Any]) -> Any:
    try:
        return convert(text)
    except ValueError as failure:
        raise StartRefused(f"环境变量 {variable} 的值“{text}”不能用，请改正后再启动。") from failure


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


_OPERATOR_OPTIONS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "STREAMLIT_SERVER_PORT": ("server.port", int),
    "STREAMLIT_SERVER_ADDRESS": ("server.address", str),
    "STREAMLIT_SERVER_ALLOWED_HOSTS": ("server.allowedHosts", _names),
    "STREAMLIT_SERVER_SSL_CERT_FILE": ("server.sslCertFile", str),
    "STREAMLIT_SERVER_SSL_KEY_FILE": ("server.sslKeyFile", str),
    "STREAMLIT_LOGGER_LEVEL": ("logger.level", str),
}

_HOW_TO_MAKE_A_KEY = (
    '用 python -c "import secrets; print(secrets.token_hex(32))" 生成一个，写入环境变量后再启动。'
)
