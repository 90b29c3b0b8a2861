"""The browser's side of login and logout: post to a route of the server, then load the same page again.

Only a route can set or delete a cookie that scripts cannot read, and only the browser can take it along.
"""

import streamlit as st

from lib.access.routes import END_ADDRESS, SESSION_ADDRESS

_SCRIPT = """
const sent = new Set();
export default async function ({ data, parentElement }) {
  const job = data.address + data.body;
  if (sent.has(job)) return;
  sent.add(job);
  const line = parentElement.querySelector("p");
  const say = (words) => { line.textContent = words; line.setAttribute("role", "alert"); };
  try {
    const answer = await fetch(data.address, { method: "POST", body: data.body, credentials: "same-origin" });
    if (!answer.ok) return say(await answer.text());
    if (data.confirm) {
      const arrived = await fetch(data.confirm, { credentials: "same-origin", cache: "no-store" });
      if (!arrived.ok) return say(data.missing);
    }
    window.location.reload();
  } catch (failure) {
    say("连接不上服务器，请检查网络后刷新页面重试。");
  }
}
"""

_component = st.components.v2.component("bamai_session", html="<p></p>", js=_SCRIPT)


def exchange_ticket(ticket: str) -> None:
    """Let the browser exchange a ticket for its session cookie and load the same address again."""
    _component(
        key="auth.exchange",
        data={
            "address": SESSION_ADDRESS,
            "body": ticket,
            "confirm": SESSION_ADDRESS,
            "missing": "浏览器没有保存登录状态：正式环境须以 https 访问，且不要禁用本站的 Cookie。",
        },
    )


def drop_cookie() -> None:
    """Let the browser delete its session cookie and load the page again."""
    _component(key="auth.drop", data={"address": END_ADDRESS, "body": "", "confirm": "", "missing": ""})
