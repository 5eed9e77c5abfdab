from billing.admin import prices

__all__ = ["prices"]
