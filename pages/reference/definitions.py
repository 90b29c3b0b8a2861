"""指标说明: every metric as it is declared, with the figure of the present filters."""

from lib.ui.begin_page import begin_page
from lib.ui.definition_cards import definition_list, search_box
from lib.ui.view import open_view, page_end

reader = begin_page("指标说明")
view = open_view(reader)
definition_list(view, search_box())
page_end(view)
