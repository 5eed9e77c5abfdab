"""The people who may log in, shown like everything else in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from routing.admin.pages import RecordedAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class UserAdmin(RecordedAdmin, DjangoUserAdmin[User]):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(RecordedAdmin, DjangoGroupAdmin):
    pass
