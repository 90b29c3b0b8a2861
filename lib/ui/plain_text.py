"""Names from data inside Markdown. Streamlit reads most labels as Markdown; a name must stay a name."""

import re
from typing import Final

#: Everything Markdown, Streamlit's directives (:red[…], :material/…:) and formulas ($…$) are made of.
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")


def plain(text: str) -> str:
    """The text with every character escaped that Markdown would act on; line breaks become spaces."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
