"""Nothing that can be configured is forgotten by the file."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.apps import apps
from django.db.models import Model

from routing.models import EmergencyClosure, ModelLife, Release
from routing.models.caller_lists import CallerEntry
from routing.services import config
from routing.services.config.schema import schema, written_schema
from routing.services.config.table import POSITION, SECTIONS, Part, Section, fields_of
from routing.services.config.values import kind_of
from tests.routing.services.config.files import RIGHT

PUBLISHED = Path(__file__).parents[4] / "routing/configuration.schema.json"
# What is no draft, and why.
NOT_CONFIGURATION: dict[type[Model], str] = {
    Release: "what was published of it",
    CallerEntry: "holds from the moment it is made, without publishing",
    EmergencyClosure: "works at once, without publishing",
    ModelLife: "what the provider has told us",
}
PLACES: list[Section | Part] = [
    *SECTIONS,
    *(part for section in SECTIONS for part in section.parts),
]


def test_every_model_is_in_it_or_named_as_left_out() -> None:
    models = set(apps.get_app_config("routing").get_models())
    assert models == {place.model for place in PLACES} | NOT_CONFIGURATION.keys()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_field_is_in_it_or_left_out_with_a_reason(place: Section | Part) -> None:
    fields = {f.name: f for f in place.model._meta.get_fields() if f.concrete}
    written = {field.name for field in fields_of(place)}
    assert all(place.left_out.values())
    apart = {"id", POSITION, *place.left_out}
    if isinstance(place, Part):
        apart.add(place.owner)
    assert written == fields.keys() - apart
    for field in fields_of(place):
        assert kind_of(field)


def test_the_schema_in_the_repository_is_the_one_of_this_version() -> None:
    """`manage.py config schema > routing/configuration.schema.json`"""
    assert PUBLISHED.read_text() == written_schema()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.django_db
def test_what_is_exported_is_what_the_schema_says() -> None:
    config.apply(*config.read(RIGHT))
    text = config.written(config.draft_document())
    jsonschema.validate(yaml.safe_load(text), json.loads(written_schema()))


@pytest.mark.django_db
def test_the_schema_refuses_what_the_import_refuses() -> None:
    config.apply(*config.read(RIGHT))
    document = yaml.safe_load(config.written(config.draft_document()))
    document["numbers"][0]["lable"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


def test_every_field_is_explained_in_the_file() -> None:
    text = config.written({section.name: [] for section in SECTIONS})
    for place in PLACES:
        for field in fields_of(place):
            assert f"{field.name} (" in text
