"""抽检不合格率: is it really moving, where, in which food, by which item, and how targeted sampling compares."""

from lib.ui import rate_page as part
from lib.ui.begin_page import begin_page
from lib.ui.empty import has_samples
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("抽检不合格率")
view = open_view(reader)
if has_samples(view):
    part.headline(view)
    section = part.section()
    if section == "course":
        part.course(view)
        part.last_year(view)
    elif section == "districts":
        part.districts(view)
    elif section == "products":
        part.products(view)
    elif section == "items":
        part.items(view)
    elif section == "kinds":
        part.kinds(view)
    part.drill(view)
meeting_links(view)
page_end(view)
