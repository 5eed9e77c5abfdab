from calls.admin import calls, dry_runs, follow_ups, handoffs, incidents, records

__all__ = ["calls", "dry_runs", "follow_ups", "handoffs", "incidents", "records"]
