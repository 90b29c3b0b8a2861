"""Stub."""

from lib.ui.begin_page import begin_page

reader = begin_page("抽检不合格率")
