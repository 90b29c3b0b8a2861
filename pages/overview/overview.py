"""总览: what moved, the figures of the period and the main chart."""

from lib.ui import overview_page as part
from lib.ui.begin_page import begin_page
from lib.ui.empty import has_samples
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("总览")
view = open_view(reader)
if has_samples(view):
    part.headline(view)
    part.course_and_changes(view)
else:
    part.loop_without_samples(view)
meeting_links(view)
page_end(view)
