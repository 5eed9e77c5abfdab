"""What all lists of past things share: nobody adds, changes or deletes history."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views import main
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin as UnfoldAdmin
from unfold.admin import TabularInline as UnfoldInline
from unfold.views import ChangeList as UnfoldChangeList
from unfold.widgets import UnfoldAdminTextareaWidget

if TYPE_CHECKING:
    # Unfold is not typed: it changes how Django's classes look, not what they take.
    # Django's own are generic for the type checker only.
    AnyPaginator = Paginator[Any]
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
    ChangeList = main.ChangeList
else:
    AnyPaginator = Paginator
    ModelForm = forms.ModelForm
    ChangeList = UnfoldChangeList
    ModelAdmin = UnfoldAdmin
    TabularInline = UnfoldInline

COUNTED_AT_MOST = 10_000
NOTHING = "–"


class CappedPaginator(AnyPaginator):
    """Counts no further than anybody pages: to count a whole big table is slow."""

    template_name = "calls/pagination.html"

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)
        rows = self.object_list.order_by().values("pk")
        return rows[: COUNTED_AT_MOST + 1].count()

    def counted_all(self) -> bool:
        return self.count <= COUNTED_AT_MOST


class HistoryList(ChangeList):
    """Says only how many were found, for how many there are was not counted."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class HistoryAdmin(ModelAdmin):
    formfield_overrides = {
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
    }
    list_filter_submit = True
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HistoryList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(HistoryAdmin):
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def person(request: HttpRequest) -> User:
    """Who is asking; the admin lets nobody in who is not logged in."""
    assert isinstance(request.user, User)
    return request.user


def label(text: str, colour: str) -> SafeString:
    """A coloured word; the colours are Unfold's: success, info, warning, danger."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})
