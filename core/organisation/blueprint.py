"""The blueprint that the modules of pages hang their views on."""

from flask import Blueprint

blueprint = Blueprint("organisation", __name__, template_folder="templates")
