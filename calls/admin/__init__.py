from calls.admin import calls, follow_ups, handoffs, incidents, records

__all__ = ["calls", "follow_ups", "handoffs", "incidents", "records"]
