"""What people of the demo company are called, ask and say."""

from __future__ import annotations

import re

FIRST = (
    "Alma", "Boris", "Chloe", "Dario", "Elin", "Farid", "Gwen", "Hasan", "Ines", "Jakub", "Kira", "Leon", "Maren",
    "Nils", "Oksana", "Paula", "Quinn", "Rosa", "Samir", "Tessa", "Ugo", "Vera", "Wanda", "Yusuf", "Zoe", "Anton",
    "Bella", "Carlos", "Dina", "Emil",
)  # fmt: skip
LAST = (
    "Abbott", "Berg", "Castro", "Dunn", "Eriksen", "Farrow", "Grant", "Hale", "Ivers", "Joshi", "Keane", "Lund",
    "Moss", "Nowak", "Olsson", "Pratt", "Quist", "Rossi", "Stone", "Torres", "Underhill", "Vance", "Walsh", "Young",
    "Zeller", "Ashby", "Brandt",
)  # fmt: skip
PLACES = (
    "Alder",
    "Beacon",
    "Cedar",
    "Dover",
    "Elm",
    "Foxley",
    "Granite",
    "Hollow",
    "Ivory",
    "Juniper",
    "Kingsway",
    "Lark",
)
TRADES = (
    ("Bakery", "food"),
    ("Furniture", "furniture"),
    ("Pharmacy", "health"),
    ("Grocers", "food"),
    ("Flowers", "flowers"),
)

# Questions that the sample help centre answers, by what they are about.
QUESTIONS = {
    "driver app": (
        "What still works in the driver app when there is no connection?",
        "How does a driver sign in on a new phone?",
        "what to do when drivers dont see today's route",
        "position of the vans on the map is not moving on android phones",
    ),
    "planning": (
        "Why does the optimiser leave jobs unplanned?",
        "How do I move a stop to another driver when the route is already out?",
        "can it plan the routes by itself every evening?",
        "How do I take a van out of planning for a day?",
        "how do I skip one date of a standing order",
    ),
    "data": (
        "what columns does the import file need?",
        "how many rows can i have in one csv file for the import",
        "How is the on-time rate worked out exactly?",
        "How do I fix an address that is not found on the map?",
    ),
    "plans": (
        "How much is an extra seat on Growth?",
        "what happens when we go over our number of jobs in a month?",
        "How do I get our purchase order number printed on the invoices?",
    ),
    "messages": (
        "Which languages can the customer messages have?",
        "How long does the tracking link work after the delivery?",
        "Can the tracking page run under our own domain?",
    ),
    "security": (
        "Where exactly is our data stored?",
        "How often are backups made and how long do you keep them?",
        "How long does the SAML set-up take, and who has to do it?",
    ),
    "integrations": (
        "What is the API limit per minute for us?",
        "our webhook was switched off, can we get the missed events?",
        "Does Fernway connect with WooCommerce and how fast do orders come in?",
    ),
}  # fmt: skip
NOT_THERE = (  # nothing in the sample help centre says it
    "can the planner take the battery range of electric vans into account?",
    "Is there an app for smart watches?",
    "Can we pay by bank transfer in three parts?",
)
RISING = (  # one theme, said in several ways; the help centre answers it
    "the photos of the proof of delivery do not upload, what can we do?",
    "Proof photos are stuck on one phone, how do we get them uploaded?",
    "why are proof of delivery photos missing for some stops?",
    "delivery photos wait for upload since this morning",
    "how can a driver send the proof photos again?",
)
GAP = (  # nothing in the help centre says it; three new customers ask
    "Can the arrival messages go out by WhatsApp?",
    "Our customers all use WhatsApp here. Can the arrival messages go out by WhatsApp?",
    "could the on the way message go to whatsapp as well, our customers keep asking",
)
LEAVING = "How do we export all our data? We are looking at alternatives to Fernway."
CALLS = (
    "Went through their open points; they are on track.",
    "Talked about the coming season and two new drivers.",
    "They would like shorter delivery windows; sent them the article.",
    "Quarterly look at their figures; they are content with the on-time rate.",
)
GOOD = ("Exactly what I needed.", "", "", "")
BAD = (
    ("incomplete", "It does not say what to do next."),
    ("outdated", "The menu looks different for us."),
    ("wrong", ""),
)
REMARKS = (
    (1, "The drivers like the new route view, planning is an hour shorter."),
    (-1, "The planning page is slow on Monday mornings."),
    (1, "Your support is quick, thank you."),
    (-1, "We still type the time windows by hand, that costs us half an hour a day."),
)
TEXTS = (
    "We want to save planning time and calls.",
    "Mostly good, the import took a while.",
    "Nothing open for now.",
)


def company_name(number: int) -> tuple[str, str]:
    """A name, unlike those before it, and the industry."""
    place = PLACES[number % len(PLACES)]
    trade, industry = TRADES[(number // len(PLACES) + number) % len(TRADES)]
    round_ = number // (len(PLACES) * len(TRADES))
    return f"{place} {trade}" + (f" {round_ + 1}" if round_ else ""), industry


def person_name(number: int) -> str:
    """A name; there are 810 before one comes again."""
    return f"{FIRST[number % len(FIRST)]} {LAST[(number // len(FIRST) + number) % len(LAST)]}"


def slug(name: str) -> str:
    """A name as a key: `alder-bakery`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
