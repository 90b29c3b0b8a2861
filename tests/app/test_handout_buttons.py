"""Buttons of files to hand out: nothing before it is asked for, then progress, then the file or the reason."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.roles import Role
from lib.data.scope import Scope
from lib.export.csv import ExportError
from lib.ui import handout_buttons, identity
from lib.ui.handouts import Job, Order, Progress
from lib.ui.identity import Reader, Visitor
from tests.app.conftest import words

VISITOR = Visitor(Reader("tester", "测试", Role.ANALYST, Scope.everything()))


def page() -> None:
    from lib.access.agendas import AgendaSlide
    from lib.ui.handout_buttons import handout_buttons
    from lib.ui.identity import current_visitor

    handout_buttons(current_visitor(), "调度会", 1, (AgendaSlide("overview.overview", ""),))


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Files are made when this is set; its name decides what comes of them."""
    opened = threading.Event()

    def make(order: Order, progress: Progress) -> bytes:
        progress.begin("计算第 1 页，共 1 页")
        opened.wait(20)
        progress.check()
        if order.kind == "pdf":
            raise ExportError("第 1 页“总览”不能生成，因此没有文件：期间没有样品")
        return b"file"

    monkeypatch.setattr(
        handout_buttons,
        "Job",
        type("GatedJob", (Job,), {"__init__": lambda self, order: Job.__init__(self, order, make)}),
    )
    monkeypatch.setattr(identity, "current_visitor", lambda: VISITOR)
    return opened


def job_of(at: AppTest) -> Job:
    job = at.session_state["handout.job"]
    assert isinstance(job, Job)
    return job


def downloads(at: AppTest) -> list[str]:
    return [element.proto.label.replace("\\", "") for element in at.get("download_button")]


def test_a_file_is_offered_once_it_is_made(gate: threading.Event) -> None:
    at = AppTest.from_function(page, default_timeout=30).run()
    assert downloads(at) == []
    at.button("handout.pptx").click().run()
    assert at.button("handout.pptx").disabled
    assert at.button("handout.pdf").disabled
    gate.set()
    job_of(at).wait(20)
    at.run()
    assert downloads(at) == ["下载 调度会_v000001.pptx"]
    assert not at.button("handout.pptx").disabled


def test_a_file_that_cannot_be_made_says_why(gate: threading.Event) -> None:
    gate.set()
    at = AppTest.from_function(page, default_timeout=30).run()
    at.button("handout.pdf").click().run()
    job_of(at).wait(20)
    at.run()
    assert downloads(at) == []
    assert "没有生成文件。第 1 页“总览”不能生成，因此没有文件：期间没有样品" in words(at)


def test_a_file_can_be_cancelled(gate: threading.Event) -> None:
    at = AppTest.from_function(page, default_timeout=30).run()
    at.button("handout.pptx").click().run()
    at.button("handout.cancel").click().run()
    gate.set()
    job_of(at).wait(20)
    at.run()
    assert downloads(at) == []
    assert "已取消，没有生成文件。" in words(at)
