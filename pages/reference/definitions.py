"""Stub."""

from lib.ui.begin_page import begin_page

reader = begin_page("指标说明")
