"""数据下载: choices in the address, counts equal to the file, reasons where a file leaves the bureau, the register."""

import pytest

from lib.access.roles import Role
from tests.app.conftest import OpenPage, words

PAGE = "extracts/extracts"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_the_page_stands_for_every_role(open_page: OpenPage, role: Role) -> None:
    at = open_page(PAGE, role=role)
    assert not at.exception
    assert not at.error, words(at)
    assert "样品：462 行" in words(at)
    assert at.get("download_button")
