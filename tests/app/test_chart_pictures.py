"""Every chart can be taken away as a picture, drawn when it is fetched."""

import io
from typing import Any

import pytest
import streamlit as st
from PIL import Image

from lib.ui import chart_block
from tests.app.conftest import OpenPage, words

RATE = "sampling/unqualified_rate"


def test_a_chart_offers_both_pictures(open_page: OpenPage) -> None:
    at = open_page(RATE)
    labels = [button.proto.label for button in at.get("download_button")]
    assert {"位图 PNG", "矢量图 SVG"} <= set(labels)


def test_the_pictures_have_title_filters_and_basis_inside(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: dict[str, Any] = {}
    given = st.download_button

    def noted(label: str, data: Any, **options: Any) -> bool:
        fetched[options["file_name"].rpartition(".")[2]] = data
        return given(label, data, **options)

    monkeypatch.setattr(chart_block.st, "download_button", noted)
    monkeypatch.setattr(chart_block, "handed_out", lambda offer, visitor: offer.build())
    at = open_page(RATE)
    svg = fetched["svg"]().decode()
    caption = next(text for text in words(at).splitlines() if "数据截至" in text)
    assert "监督抽检不合格率（按月" in svg
    assert caption.split(" · ")[1] in svg
    assert "常规抽样" in svg
    assert Image.open(io.BytesIO(fetched["png"]())).format == "PNG"
