"""What a role may do: a table, and the groups that are made from it.

Django knows the permissions of a model only once its table is there. So the migration
makes the groups, and after every migration each group gets exactly what the table
says, also of models that came later. Whoever needs another mixture makes a group of
their own or puts a person into several; a role itself is always what stands here.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.contrib.auth.models import Permission

# Names are "app.codename", with * for any. Callbacks hold what providers sent, word
# for word, and are for those who look after the installation.
READ = (
    "calls.view_[!c]*",
    "calls.view_call",
    "routing.view_*",
    "billing.view_*",
    "auditlog.view_logentry",
)

PERMISSION = "auth.Permission"
CLOSE_LINES = ("routing.add_emergencyclosure", "routing.change_emergencyclosure")

ROLES: Mapping[str, tuple[str, ...]] = {
    "Viewer": READ,
    "Supervisor": (
        *READ,
        *CLOSE_LINES,
        "calls.review_call",
        "calls.change_followup",
        "calls.change_incident",
        "routing.add_callerentry",
    ),
    "Manager": (
        *READ,
        "routing.add_*",
        "routing.change_*",
        "routing.delete_*",
        "billing.*_budget",
        "billing.*_budgetstep",
        "billing.*_testcaller",
        "billing.*_reportsubscription",
        "billing.*_exchangerate",
    ),
    "Publisher": (*READ, *CLOSE_LINES, "routing.publish_release"),
    "Administrator": ("*",),
}


def may(role: str, permission: str) -> bool:
    """`permission` is written "app.codename"."""
    return any(fnmatchcase(permission, pattern) for pattern in ROLES[role])


def grant(
    app_config: AppConfig, apps: Apps = global_apps, **of_the_signal: Any
) -> None:
    """Give every role what it may do in this app, and take away what it may not.

    In four queries: it runs for each app after every migration and every flush.
    """
    try:
        groups, permissions = apps.get_model("auth.Group"), apps.get_model(PERMISSION)
    except LookupError:
        return  # in the middle of the first migrations there are no permissions
    label = app_config.label
    there = permissions.objects.filter(content_type__app_label=label)
    named = dict(there.values_list("pk", "codename"))
    if not named:
        return
    made = [groups(name=role) for role in ROLES]
    groups.objects.bulk_create(made, ignore_conflicts=True)
    settle(groups, label, named)


def settle(groups: Any, label: str, named: Mapping[int, str]) -> None:
    """`named` has the codename of each permission of the app by its key."""
    roles = {group.name: group.pk for group in groups.objects.filter(name__in=ROLES)}
    rights = groups.permissions.through
    of_app = rights.objects.filter(group__in=roles.values(), permission__in=named)
    held = set(of_app.values_list("group_id", "permission_id"))
    wanted = {
        (roles[role], key)
        for role in ROLES
        for key, codename in named.items()
        if may(role, f"{label}.{codename}")
    }
    rights.objects.bulk_create(
        rights(group_id=group, permission_id=key) for group, key in wanted - held
    )
    for group, key in held - wanted:
        of_app.filter(group=group, permission=key).delete()


def missing_names() -> set[str]:
    """Names in the table that no permission has, as after a model was renamed."""
    known = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list(
            "content_type__app_label", "codename"
        )
    }
    patterns = {pattern for named in ROLES.values() for pattern in named}
    return {
        pattern
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in known)
    }
