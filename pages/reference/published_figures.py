"""公开数字核对: every published figure recomputed, with its verdict and the records behind it."""

from lib.ui import published_page as part
from lib.ui.begin_page import begin_page
from lib.ui.view import open_whole_view, page_end

reader = begin_page("公开数字核对")
view = open_whole_view(reader)
ledger = part.open_ledger(view)
part.headline(ledger)
shown = part.choose(ledger)
part.table(view, shown)
part.behind(view, ledger, shown)
page_end(view)
