from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from routing.admin.compare import CompareView, ExportView
from routing.admin.cover import CoverView
from routing.admin.pages import RoutingAdmin
from routing.admin.publish import PublishView
from routing.admin.restore import (
    PUBLISH,
    ImportView,
    RestoreView,
    editing_permissions,
)
from routing.models import Release
from routing.services import releases
from routing.services.wording import readable


@admin.register(Release)
class ReleaseAdmin(RoutingAdmin):
    """Nobody adds, changes or deletes one: calls of the past were decided by it."""

    list_display = ("name", "published", "published_by", "note")
    list_filter = ("created_at", "author")
    search_fields = ("note", "=number")
    list_select_related = ("author",)
    readonly_fields = ("name", "published", "published_by", "note")
    fieldsets = ((None, {"fields": readonly_fields}),)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Release]":
        """A page of releases without the configuration in each of them."""
        found: QuerySet[Release] = super().get_queryset(request)
        return found.defer("snapshot", "document")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        release = self.get_object(request, object_id) if object_id else None
        may = {"may_restore": may_go_back(request)}
        context = {**(extra_context or {}), **may, **contents(release)}
        page: HttpResponse = super().changeform_view(
            request, object_id, form_url, context
        )
        return page

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_import": may_replace_draft(request)}
        page: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), **may}
        )
        return page

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        views: dict[str, tuple[str, Any]] = {
            "publish/": ("publish", PublishView),
            "compare/": ("compare", CompareView),
            "cover/": ("cover", CoverView),
            "import/": ("import", ImportView),
            "export/": ("export_draft", ExportView),
            "<int:number>/export/": ("export", ExportView),
            "<int:number>/restore/": ("restore", RestoreView),
        }
        return tuple(
            (path, f"routing_release_{name}", view.as_view(model_admin=self))
            for path, (name, view) in views.items()
        )

    @admin.display(description="Release", ordering="number")
    def name(self, row: Release) -> str:
        return str(row)

    @admin.display(description="Published", ordering="created_at")
    def published(self, row: Release) -> str:
        return f"{row.created_at:%d %b %Y, %H:%M %Z}"

    @admin.display(description="Published by", ordering="author__username")
    def published_by(self, row: Release) -> str:
        return "set up with the portal" if row.author is None else str(row.author)


def may_go_back(request: HttpRequest) -> bool:
    return request.user.has_perm(PUBLISH) or may_replace_draft(request)


def may_replace_draft(request: HttpRequest) -> bool:
    return request.user.has_perms(editing_permissions())


def contents(release: Release | None) -> dict[str, Any]:
    """What the release holds, and what it changed, in words."""
    if release is None:
        return {}
    before = Release.objects.filter(number__lt=release.number).first()
    old = before.snapshot if before else {}
    return {
        "before": before,
        "number": str(release.number),
        "kept": release.document is not None,
        "changes": releases.changes_between(old, release.snapshot) if before else [],
        "records": readable(release.snapshot),
    }
