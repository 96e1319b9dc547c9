"""The blueprint that all views of this add-on hang on."""

from flask import Blueprint

blueprint = Blueprint("customers", __name__, template_folder="templates")
