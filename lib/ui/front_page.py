"""The empty page a browser gets before Streamlit fills it: in Chinese, with our icon, at known addresses only.

Streamlit ships it as English. That matters for more than the title: a browser chooses between Chinese and Japanese
forms of a character by the language of the page. An address that is no page leads to the overview instead of to
Streamlit's English "Page not found".
"""

from collections.abc import Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

#: Streamlit looks for its server below the address of the page first, where there is none; pages have one part.
_ROOT: Final = (
    "<script>window.__streamlit = {BACKEND_BASE_URL: new URL('.', window.location.href).href}</script>"
)
#: The link that keyboards reach first has English words and no setting for them.
_STYLE: Final = (
    "<style>[data-testid='stSkipToContent'] {font-size: 0}"
    "[data-testid='stSkipToContent']::after {content: '跳到正文'; font-size: 1rem}</style>"
)
_CHINESE: Final = {
    '<html lang="en">': '<html lang="zh-CN">',
    "<title>Streamlit</title>": "<title>食安把脉</title>",
    "You need to enable JavaScript to run this app.": "请在浏览器中启用 JavaScript 后使用。",
}

_SIGN: Final = (
    '<rect width="32" height="32" rx="6" fill="#1f5582"/>'
    '<path d="M4 17h6l3-8 5 15 3-7h7" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/>'
)
ICON: Final = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{_SIGN}</svg>'
#: The sign with the product's name, in a blue that reads on the light and on the dark side bar.
WORDMARK: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 32" height="32" width="132">{_SIGN}'
    '<text x="41" y="23" font-size="21" font-weight="600" fill="#3f7cb5" '
    'font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,sans-serif">食安把脉</text></svg>'
)


def in_chinese(index_page: str) -> str:
    """Streamlit's index.html with Chinese language, title and notice, and where the server's root is.

    The inline script needs its hash in the content security policy: make that from what this returns.
    """
    for english, chinese in _CHINESE.items():
        index_page = index_page.replace(english, chinese)
    return index_page.replace("</title>", f"</title>{_ROOT}{_STYLE}", 1)


def icon_route() -> Route:
    """The icon in the browser's tab, in place of Streamlit's."""

    async def icon(request: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})

    return Route("/favicon.png", icon)


class FrontPage:
    """ASGI middleware: the Chinese page at ``/`` and at each address in ``pages``; other addresses lead to ``/``.

    Whatever has a dot or a second part in its path is a file or a route and goes on, as do ``other`` addresses.
    """

    def __init__(self, app: ASGIApp, *, page: str, pages: Collection[str], other: Collection[str]) -> None:
        self._app = app
        self._page = page
        self._pages = pages
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser that opens a page; pass everything else on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        await (self._answer(Request(scope)) or self._app)(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        name = request.url.path.strip("/")
        if "/" in name or "." in name or name in self._other:
            return None
        if name == "" or name in self._pages:
            return HTMLResponse(self._page, headers={"Cache-Control": "no-cache"})
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{query}", status_code=307)
