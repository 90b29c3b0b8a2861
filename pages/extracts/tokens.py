"""接口: access tokens for programs, and how to call the interface."""

from lib.access.tokens import TOKEN_ROLES
from lib.ui import token_page as part
from lib.ui.begin_page import begin_page
from lib.ui.view import open_whole_view, page_end

reader = begin_page("接口", roles=TOKEN_ROLES)
view = open_whole_view(reader)
part.new_token(view)
part.own_tokens(view)
part.examples()
page_end(view)
