"""A check of our own for schemathesis: what fits the document is never refused for its form."""

import schemathesis

FORM = ("Some values cannot be used.", "The address holds unknown", "The body is no JSON.")


@schemathesis.check
def the_document_keeps_its_promises(context, response, case):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    detail = response.json().get("detail", "") if response.status_code in {400, 422} else ""
    assert not detail.startswith(FORM), f"refused although it fits the document: {response.text}"
