"""The operator's commands about people: `manage.py user …`.

Passwords are read from the standard input; the moment of the call stands in the context (`context.obj`).
"""

import sys
from typing import Annotated

import typer
from sqlalchemy import Engine

from lib.access.accounts import create_account, deactivate, grant, list_accounts, set_password
from lib.access.command_words import Application
from lib.data.database import record_engine, upgrade
from lib.data.scope import Scope
from lib.data.settings import settings

people = Application(help="账号：新增、改密码、改角色与地区、停用、列出", no_args_is_help=True)

Role = Annotated[str, typer.Option(help="official / presenter / analyst / operator")]
Districts = Annotated[list[str] | None, typer.Option(help="可见地区代码，可重复")]
AllDistricts = Annotated[bool, typer.Option("--all-districts", help="可见全部地区")]


@people.command("add")
def add(
    context: typer.Context,
    username: str,
    role: Role,
    display_name: Annotated[str, typer.Option(help="显示名称（岗位）")],
    district: Districts = None,
    all_districts: AllDistricts = False,
) -> None:
    """新增账号；密码从标准输入读取。"""
    scope = _scope(district, all_districts)
    create_account(
        _engine(),
        username,
        _read_password(),
        role=role,
        display_name=display_name,
        districts=scope,
        now=context.obj,
    )
    typer.echo(f"已新增账号 {username}")


@people.command("password")
def password(context: typer.Context, username: str) -> None:
    """改密码（从标准输入读取）；该账号的会话全部失效。"""
    set_password(_engine(), username, _read_password(), context.obj)
    typer.echo(f"已更改 {username} 的密码")


@people.command("grant")
def change(
    context: typer.Context,
    username: str,
    role: Role,
    district: Districts = None,
    all_districts: AllDistricts = False,
) -> None:
    """改账号的角色与可见地区；该账号须重新登录。"""
    grant(_engine(), username, role, _scope(district, all_districts), context.obj)
    typer.echo(f"已更改 {username} 的角色与地区")


@people.command("deactivate")
def switch_off(context: typer.Context, username: str) -> None:
    """停用账号；其会话立即失效。"""
    deactivate(_engine(), username, context.obj)
    typer.echo(f"已停用 {username}")


@people.command("list")
def show() -> None:
    """列出账号：用户名、显示名称、角色、状态。"""
    for account in list_accounts(_engine()):
        state = "启用" if account.active else "停用"
        typer.echo(f"{account.username}\t{account.display_name}\t{account.role}\t{state}")


def _engine() -> Engine:
    engine = record_engine(settings().database_url)
    upgrade(engine)
    return engine


def _scope(codes: list[str] | None, all_districts: bool) -> Scope:
    if bool(codes) == all_districts:
        raise ValueError("请用 --district 指定可见地区，或用 --all-districts 表示全部（二者择一）")
    return Scope.everything() if all_districts else Scope.of(*(codes or []))


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))
    return sys.stdin.readline().rstrip("\n")
