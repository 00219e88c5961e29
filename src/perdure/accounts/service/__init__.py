"""Use cases of accounts."""

from perdure.accounts.queries.people import account_card as account_card
from perdure.accounts.rules.markup import field_html as field_html
from perdure.accounts.rules.scopes import covers as covers
from perdure.accounts.service.people import adjust_counts_in as adjust_counts_in
from perdure.accounts.service.people import change_in as change_in
from perdure.accounts.service.people import create_account_in as create_account_in
from perdure.accounts.service.people import find_by_name_in as find_by_name_in
from perdure.accounts.service.people import ids_by_names_in as ids_by_names_in
from perdure.accounts.service.people import login_in as login_in
from perdure.accounts.service.people import view as view
from perdure.accounts.service.people import view_in as view_in
from perdure.accounts.service.people import views_in as views_in
from perdure.accounts.service.tokens import app_in as app_in
from perdure.accounts.service.tokens import caller_for_token as caller_for_token
from perdure.accounts.service.tokens import create_app_in as create_app_in
from perdure.accounts.service.tokens import forget_viewers as forget_viewers
from perdure.accounts.service.tokens import issue_token_in as issue_token_in
from perdure.accounts.service.tokens import revoke_own as revoke_own
from perdure.accounts.service.tokens import tokens_in as tokens_in
from perdure.accounts.service.tokens import viewer_for_token as viewer_for_token
from perdure.accounts.service.tokens import viewer_of as viewer_of
