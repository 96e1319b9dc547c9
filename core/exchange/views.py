"""The import wizard: upload, map and preview, progress and result."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from core.access.decorators import signed_in
from core.contributions import Exchange, ImportColumn
from core.errors import Refused
from core.exchange import pages, services
from core.exchange.applying import Verdict
from core.exchange.csv_file import ENCODINGS
from core.exchange.export import bad_rows_file
from core.exchange.models import ImportRun, ImportState
from core.exchange.queries import exchange_for
from core.exchange.upload import read_again, received
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session, unit_of_work
from core.web.answering import confirm
from core.web.forms import NOTHING, FileField, Form, SelectField

blueprint = Blueprint("exchange", __name__, url_prefix="/imports", template_folder="templates")

REFRESH_SECONDS = 2
PREFIX = "column_"


class UploadForm(Form):
    """One file."""

    file = FileField(
        _l("File"),
        required=True,
        span=4,
        hint=_l(
            "CSV (UTF-8, GB18030, Big5 or UTF-16; comma, semicolon or tab) up to 1,000,000 rows, "
            "or XLSX up to 50,000 rows; the first row holds the headings."
        ),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )


class EncodingForm(Form):
    """In which encoding a text file is to be read."""

    encoding = SelectField(
        _l("Encoding of the file"), choices=tuple(ENCODINGS.items()), empty=False, required=True
    )


class HeadingField(SelectField):
    """Which heading feeds a column; a required one is marked, but a choice may be unfinished."""

    def __init__(self, column: ImportColumn, headings: Sequence[str], **options: Any) -> None:
        super().__init__(
            str(column.title),
            choices=[(heading, heading) for heading in headings],
            empty=_l("– not in the file –"),
            hint=str(column.help or ""),
            **options,
        )
        self.required = column.required


def mapping_form(exchange: Exchange, run: ImportRun) -> Form:
    """Return a form with one choice of heading per column of the import."""
    fields = {PREFIX + one.name: HeadingField(one, run.headings) for one in exchange.columns}
    made: type[Form] = type("MappingForm", (Form,), fields)
    return made(**{PREFIX + name: heading for name, heading in run.mapping.items()})


def chosen_mapping(form: Form) -> dict[str, str]:
    """Return {column: heading} as the user chose."""
    chosen = form.values().items()
    return {name.removeprefix(PREFIX): heading for name, heading in chosen if heading}


@blueprint.get("/")
@signed_in
def index() -> str:
    """Show what can be imported and the own recent imports."""
    return render_template("exchange/index.html", page=pages.index_page())


@blueprint.route("/new/<key>", methods=["GET", "POST"])
@signed_in
def upload(key: str) -> ResponseReturnValue:
    """Take a file."""
    exchange, form = exchange_for(current_session(), key), UploadForm()

    def act() -> int:
        file = form.file.data
        with received(file.stream, file.filename) as accepted, unit_of_work() as session:
            return services.add_import(session, key, accepted)

    if form.accepts(act):
        return redirect(url_for(".mapping", import_id=form.result))
    return form.render(
        "exchange/upload.html",
        title=str(exchange.title),
        sub=_("Step 1 of 3: the file"),
        crumbs=[{"url": url_for(".index"), "title": _("Imports")}],
        submit=_("Upload file"),
        cancel=url_for(".index"),
        columns=exchange.columns,
    )


@blueprint.route("/<int:import_id>/columns", methods=["GET", "POST"])
@signed_in
def mapping(import_id: int) -> ResponseReturnValue:
    """Choose columns and see what would become of the first rows."""
    page = pages.mapping_page(import_id)
    form = mapping_form(page.exchange, page.run)
    if form.accepts(lambda: _keep_mapping(import_id, form)):
        return redirect(url_for(".mapping", import_id=import_id))
    refusal: Refused | None = None
    verdicts: Sequence[Verdict] = ()
    try:
        verdicts = services.preview(import_id)
    except Refused as error:
        refusal, verdicts = error, services.untried(page.run)
    page = pages.mapping_page(import_id)
    return render_template(
        "exchange/mapping.html",
        page=page,
        form=form,
        verdicts=verdicts,
        refusal=refusal,
        outcomes=pages.outcome_words(),
        encoding=EncodingForm(NOTHING, encoding=page.run.encoding),
    ), (form.status if form.all_errors else 200)


def _keep_mapping(import_id: int, form: Form) -> None:
    with unit_of_work() as session:
        services.set_mapping(session, import_id, chosen_mapping(form))


@blueprint.post("/<int:import_id>/encoding")
@signed_in
def encoding(import_id: int) -> BaseResponse:
    """Read the file again in the encoding that the person chose; else all stays as it was."""
    form, run = EncodingForm(), pages.mapping_page(import_id).run
    if not form.validate():
        abort(400)
    try:
        with (
            read_again(run.stored_as, run.filename, form.encoding.data) as accepted,
            unit_of_work() as session,
        ):
            services.change_encoding(session, import_id, accepted)
    except Refused as refusal:
        flash(str(refusal), "warn")
    return redirect(url_for(".mapping", import_id=import_id))


@blueprint.post("/<int:import_id>/start")
@signed_in
def start(import_id: int) -> BaseResponse:
    """Let the job begin."""
    with unit_of_work() as session:
        services.start(session, import_id)
    return redirect(url_for(".result", import_id=import_id))


@blueprint.route("/<int:import_id>/discard", methods=["GET", "POST"])
@signed_in
def discard(import_id: int) -> ResponseReturnValue:
    """Ask, then drop an import that was never started."""
    run = pages.mapping_page(import_id).run
    return confirm(
        lambda session: services.discard(session, import_id),
        url_for(".index"),
        said=_("%(name)s was discarded; nothing of it was imported.", name=run.filename),
        title=_("Discard %(name)s", name=run.filename),
        submit=_("Discard"),
        cancel=url_for(".mapping", import_id=import_id),
        happens=[(None, _("The uploaded file and its columns are deleted."))],
    )


@blueprint.post("/<int:import_id>/stop")
@signed_in
def stop(import_id: int) -> BaseResponse:
    """Stop a running import."""
    with unit_of_work() as session:
        services.stop(session, import_id)
    flash(_("The import was stopped. The rows it had stored are kept."), "warn")
    return redirect(url_for(".result", import_id=import_id))


@blueprint.post("/<int:import_id>/resume")
@signed_in
def resume(import_id: int) -> BaseResponse:
    """Let a failed import go on where it stopped."""
    with unit_of_work() as session:
        services.resume(session, import_id)
    return redirect(url_for(".result", import_id=import_id))


@blueprint.get("/<int:import_id>")
@signed_in
def result(import_id: int) -> ResponseReturnValue:
    """Show progress or the result; while it runs the page renews itself, without script."""
    page = pages.result_page(import_id)
    if page.run.standing == ImportState.UPLOADED:
        return redirect(url_for(".mapping", import_id=import_id), 303)
    response = Response(render_template("exchange/result.html", page=page))
    if page.is_open:
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


@blueprint.get("/<int:import_id>/refused.csv")
@signed_in
def refused_rows(import_id: int) -> BaseResponse:
    """Download the refused rows with a column of reasons, ready to be mended and sent again."""
    return bad_rows_file(import_id).response()
