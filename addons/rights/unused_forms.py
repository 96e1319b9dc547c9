"""The forms about unused rights: why they end, and the review of some of them."""

from core.accounts.proof_field import ProofField
from core.i18n import lazy_gettext as _l
from core.web.forms import DateField, Form, TextArea, TextField


class EndUnusedForm(Form):
    """Why several assignments end, and the password of whoever ends them."""

    reason = TextArea(_l("Reason"), required=True, limit=1000)
    password = ProofField(required=True)


class ReviewUnusedForm(Form):
    """What the review is called, and until when it is to be done."""

    name = TextField(_l("Name"), required=True, limit=200, span=2)
    due_on = DateField(_l("Due"), required=True)
