"""The blueprint that the modules of pages hang their views on."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, template_folder="templates")
