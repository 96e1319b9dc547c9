"""The blueprint that all views of this add-on hang on."""

from flask import Blueprint

blueprint = Blueprint("rights", __name__, template_folder="templates")
