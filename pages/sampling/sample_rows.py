"""样品明细: the rows behind a figure, as many as it counts, page by page or whole as a file."""

from lib.ui.begin_page import begin_page
from lib.ui.empty import has_samples
from lib.ui.sample_rows import choose_rows, figure_rows
from lib.ui.view import open_view, page_end

reader = begin_page("样品明细")
view = open_view(reader)
if has_samples(view):
    figure_rows(view, *choose_rows())
page_end(view)
