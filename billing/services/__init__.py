from billing.services.costs import CallCost, DayCost, cost_of_call, cost_today
from billing.services.prices import SHIPPED, load_prices, price_list

__all__ = [
    "SHIPPED",
    "CallCost",
    "DayCost",
    "cost_of_call",
    "cost_today",
    "load_prices",
    "price_list",
]
