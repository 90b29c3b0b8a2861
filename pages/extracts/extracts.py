"""数据下载: choose a table or a metric, look at it, take it whole with its meaning, and find what was taken before."""

from lib.ui import extract_page as part
from lib.ui.begin_page import begin_page
from lib.ui.extract_choices import choose_extract
from lib.ui.extract_recent import recent
from lib.ui.view import open_view, page_end

reader = begin_page("数据下载")
view = part.at_version(open_view(reader))
part.offer(view, choose_extract(view))
recent(view)
page_end(view)
