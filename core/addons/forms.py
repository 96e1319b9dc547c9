"""What an administrator types when changing an add-on."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from core.i18n import lazy_gettext as _l


class ActForm(FlaskForm):
    """Why, and for a purge the typed name."""

    reason = StringField(
        _l("Reason"), validators=[Length(max=400, message=_l("At most 400 characters."))]
    )
    confirmation = StringField(_l("Type the name to confirm"), validators=[Length(max=60)])
