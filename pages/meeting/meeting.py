"""汇报: agendas of meetings, and the meeting itself, which takes the whole window."""

from lib.ui import meeting_page, meeting_show
from lib.ui.begin_page import begin_page

reader = begin_page("汇报")
if meeting_show.is_asked():
    meeting_show.present(reader)
else:
    meeting_page.agendas(reader)
