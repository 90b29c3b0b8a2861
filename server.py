"""Serve the dashboard: ``python server.py``. Streamlit behind a gate of our own that knows the session."""

import os
import socket
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.middleware import Middleware

from lib.access.demo_accounts import ensure_demo_accounts
from lib.access.errors import RecordsUnavailable, StartRefused
from lib.access.gate import Gate
from lib.access.headers import SecurityHeaders, content_security_policy
from lib.access.health import health_routes
from lib.access.passwords import prepare_comparison
from lib.access.reception import Reception, reception
from lib.access.records import reading
from lib.access.register import Register
from lib.access.routes import SessionRoutes
from lib.access.start import streamlit_options, streamlit_secret
from lib.api.callers import Callers
from lib.api.interface import Interface
from lib.api.takings import Takings
from lib.data.database import is_older, upgrade
from lib.data.settings import settings

if TYPE_CHECKING:
    import streamlit

FOLDER = Path(__file__).resolve().parent
USAGE = """用法：python server.py（没有参数，按 Ctrl+C 停止）
地址、端口等用环境变量设置，例如 STREAMLIT_SERVER_PORT=8502；各变量见 docs/ACCESS.md。
"""


def now() -> datetime:
    """The server's clock, in UTC."""
    return datetime.now(UTC)


def build(desk: Reception) -> "streamlit.App":
    """The ASGI application. Streamlit is imported only here, after its secret is in the environment."""
    import streamlit as st
    from streamlit import config, file_util
    from streamlit.logger import set_log_level
    from streamlit.runtime.pages_manager import PagesManager

    # Streamlit warns of the pages being loaded before it serves, which is on purpose (lib/ui/preloading.py).
    config.get_config_options()
    set_log_level("ERROR")

    from lib.ui.errors import report_error
    from lib.ui.front_page import FrontPage, icon_route, in_chinese
    from lib.ui.page_table import addresses
    from lib.ui.preloading import preload
    from lib.ui.readiness import readiness

    preload()
    # Streamlit takes a folder named pages for its old multipage layout until the first st.navigation of the
    # process, and would answer the first deep link after a start with "Page not found".
    PagesManager.uses_pages_directory = False
    index_page = in_chinese(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8"))
    health = health_routes(partial(readiness, desk.engine, settings().snapshot_folder))
    session = SessionRoutes(desk.engine, desk.watch, now, cookie_name=desk.cookie_name, secure=desk.secure)
    others = [route.path.strip("/") for route in health]
    return st.App(
        FOLDER / "app.py",
        routes=[*session.routes(), *health, icon_route()],
        middleware=[
            Middleware(SecurityHeaders, policy=content_security_policy(index_page)),
            Middleware(Gate, cookie_name=desk.cookie_name, watch=desk.watch, clock=now),
            interface(desk),
            Middleware(FrontPage, page=index_page, pages=addresses(), other=others),
        ],
        on_script_error=report_error,
    )


def interface(desk: Reception) -> Middleware:
    """The interface for programs, in front of Streamlit's own middleware."""
    register = Register(desk.engine)
    callers = Callers(desk.engine, desk.watch, register, now, demo_allowed=desk.is_demo)
    takings = Takings(settings().snapshot_folder, register, now)
    return Middleware(Interface, callers=callers, takings=takings)


def renew(desk: Reception) -> None:
    """Bring a record database of an older program to this one's tables; one that is away or not built is left alone."""
    try:
        with reading(desk.engine) as connection:
            older = is_older(connection)
    except RecordsUnavailable:
        return
    if older:
        sys.stdout.write("记录数据库由旧版程序建立，正在升级表结构，数据不变……\n")
        upgrade(desk.engine)


def greet(desk: Reception, options: dict[str, object]) -> None:
    """Say where the dashboard is, and in a demo who may log in."""
    address, port = options.get("server.address", "127.0.0.1"), options.get("server.port", 8501)
    lines = [f"食安把脉：http://{address}:{port}（按 Ctrl+C 停止）"]
    if desk.is_demo:
        try:
            accounts = ensure_demo_accounts(desk.engine, now())
            lines += ["演示账号："] + [
                f"  {one.username:<10} {one.password:<18} {one.display_name}" for one in accounts
            ]
        except RecordsUnavailable:
            lines.append("记录数据库还没有建好，请先运行 python manage.py demo。")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Serve until stopped; 2 when the settings are not safe to start with or the call is wrong."""
    if len(sys.argv) > 1:
        asked = sys.argv[1:] in (["--help"], ["-h"])
        (sys.stdout if asked else sys.stderr).write(USAGE)
        return 0 if asked else 2
    try:
        os.environ.update(streamlit_secret(settings()))
        options = streamlit_options(os.environ)
    except StartRefused as refusal:
        sys.stderr.write(f"不能启动：{refusal}\n")
        return 2
    desk = reception()
    prepare_comparison()
    if is_taken(options):
        sys.stderr.write(
            f"不能启动：端口 {options.get('server.port', 8501)} 已被占用。"
            "请停止占用它的程序，或用环境变量 STREAMLIT_SERVER_PORT 换一个端口。\n"
        )
        return 2
    renew(desk)
    application = build(desk)
    greet(desk, options)
    application.run(config=options)
    return 0


def is_taken(options: dict[str, object]) -> bool:
    """Whether another program listens where the dashboard would."""
    address, port = (
        str(options.get("server.address", "127.0.0.1")),
        int(str(options.get("server.port", 8501))),
    )
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((address if address != "0.0.0.0" else "127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
