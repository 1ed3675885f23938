"""The shop's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("orders/<order>/pay", views.pay, name="pay"),
    path("orders/<order>/success", views.success, name="success"),
]
